/** claude-code-router: JSON with comments, in ~/.claude-code-router; version 3 keeps it in a database. */
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../json.ts';
import { isLoopback } from '../../loopback.ts';
import { quote } from '../../shell-word.ts';
import { convertProviders, toVariables } from './ccr-providers.ts';
import { convertRouter } from './ccr-router.ts';
import { hasOwnKey } from './go-shape.ts';
import { closeImport, openImport, type Imported, type Importing } from './importing.ts';
import { readKey } from './keys.ts';
import { parseJsonFile } from './parse.ts';
import type { ImportSource, SourceContext } from './source.ts';

const folder = '.claude-code-router';

export const claudeCodeRouter: ImportSource = {
  name: 'claude-code-router',
  title: 'claude-code-router',
  places: ({ home }) => [join(home, folder, 'config.json')],
  unreadable({ home }) {
    const file = join(home, folder, 'config.sqlite');
    return {
      file,
      reason: 'version 3 keeps its configuration in a database, which occ does not read',
      remedy: `sqlite3 -readonly ${quote(file)} "select value_json from app_config where key = 'default'" > ccr.json\nocc config import ccr.json`,
    };
  },
  parse: parseJsonFile,
  fits: (source) =>
    ['Providers', 'Router'].some((key) => hasOwnKey(source, key)) ||
    (isObject(source) && Array.isArray(source['providers'])),
  convert,
};

const levels: Readonly<Record<string, string>> = {
  fatal: 'error',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'debug',
};

const reasons: Readonly<Record<string, string>> = {
  PROXY_URL: 'occ uses the variable HTTPS_PROXY',
  LOG: 'occ always keeps a log, which is rotated',
  NON_INTERACTIVE_MODE: 'occ launch needs no such setting',
  CUSTOM_ROUTER_PATH: 'occ runs no code of other tools; see occ help routing',
  REWRITE_SYSTEM_PROMPT: 'occ does not change the system prompt',
  transformers: 'occ does not run transformers of other tools',
  plugins: 'occ does not run plugins of other tools',
  StatusLine: 'occ has a status line of its own: occ help statusline',
  CLAUDE_PATH: 'occ finds Claude Code on the PATH',
  forceUseImageAgent: 'occ sends requests with images to models.vision',
  ANTHROPIC_SMALL_FAST_MODEL: 'occ uses models.background',
  APIKEYS: 'occ has one token for all clients',
};

function convert(source: Json, context: SourceContext): Imported {
  const importing = openImport(source, { ...context, variables: toVariables });
  const timeout = importing.whole(['API_TIMEOUT_MS'], 1, 2 ** 31 - 1);
  const providers = convertProviders(importing, timeout);
  if (timeout !== undefined) importing.take(['API_TIMEOUT_MS'], 'providers.*.timeout_ms');
  const router = convertRouter(importing, providers);
  const config = {
    ...convertServer(importing),
    ...(Object.keys(router.models).length > 0 && { models: router.models }),
    ...(Object.keys(router.fallbacks).length > 0 && { fallbacks: router.fallbacks }),
    ...(Object.keys(providers.sections).length > 0 && { providers: providers.sections }),
  };
  for (const [key, reason] of Object.entries(reasons))
    if (importing.at([key]) !== undefined) importing.leave([key], reason);
  return closeImport(importing, config);
}

function convertServer(importing: Importing): JsonObject {
  const token = readKey(importing, ['APIKEY'], { variables: toVariables });
  if (token !== undefined) importing.slots.push({ kind: 'value', segments: ['auth_token'], items: [token] });
  const host = importing.text(['HOST']);
  const port = importing.whole(['PORT'], 1, 65_535);
  const level = importing.text(['LOG_LEVEL']);
  const known = level !== undefined && Object.hasOwn(levels, level) ? levels[level] : undefined;
  // Without a key it listens on loopback only, whatever HOST says.
  const listens = host !== undefined && (token !== undefined || isLoopback(host));
  if (listens) importing.take(['HOST'], ['host']);
  else if (host !== undefined)
    importing.leave(['HOST'], 'claude-code-router ignores it without APIKEY, and listens on 127.0.0.1');
  if (port !== undefined) importing.take(['PORT'], ['port']);
  if (known !== undefined) importing.take(['LOG_LEVEL'], ['logging', 'level']);
  else if (level !== undefined) importing.leave(['LOG_LEVEL'], 'it is no level that claude-code-router has');
  return {
    ...(listens && { host }),
    ...(port !== undefined && { port }),
    ...(known !== undefined && { logging: { level: known } }),
  };
}
