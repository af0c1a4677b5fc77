/** CLIProxyAPI: YAML, in ~/.cli-proxy-api or beside the program. Version 8 has another layout; both may be in one file. */
import { join } from 'node:path';
import type { Json, JsonObject } from '../../json.ts';
import { convertFamilies } from './cliproxy-families.ts';
import { convertRoutes } from './cliproxy-routes.ts';
import { hasOwnKey } from './go-shape.ts';
import { closeImport, itemPaths, openImport, type Imported, type Importing, type Path } from './importing.ts';
import { readKey } from './keys.ts';
import { parseYamlFile } from './parse.ts';
import type { ImportSource, SourceContext } from './source.ts';

export const cliProxyApi: ImportSource = {
  name: 'cliproxyapi',
  title: 'CLIProxyAPI',
  places: ({ home, env }) => {
    const config = env['XDG_CONFIG_HOME'] ?? join(home, '.config');
    return [
      join(home, '.cli-proxy-api', 'config.yaml'),
      join(config, 'cli-proxy-api', 'config.yaml'),
      join(home, 'CLIProxyAPI', 'config.yaml'),
      join(home, 'cliproxyapi', 'config.yaml'),
    ];
  },
  parse: parseYamlFile,
  fits: (source) =>
    [
      'openai-compatibility',
      'claude-api-key',
      'gemini-api-key',
      'codex-api-key',
      'generative-language-api-key',
      'xai-api-key',
      'vertex-api-key',
      'auth-dir',
      'api-keys',
      'config-version',
      'remote-management',
      'oauth-model-alias',
    ].some((key) => hasOwnKey(source, key)),
  convert,
};

const logins = 'occ uses keys, not the logins of other programs';
const proxy = 'occ uses the variable HTTPS_PROXY';

/** Settings with a reason of their own, in the layouts before and of version 8. */
const reasons: readonly [paths: readonly string[], reason: string][] = [
  [['auth-dir', 'oauth'], logins],
  [['oauth-model-alias', 'oauth-excluded-models', 'oauth-request-scoped-errors', 'oauth-settings'], logins],
  [['proxy-url', 'requests.proxy-url'], proxy],
  [['tls', 'server.tls'], 'occ listens without TLS; put a reverse proxy in front of it'],
  [['remote-management', 'management'], 'occ has no management API'],
  [['routing'], 'occ uses keys in their order, and keeps a conversation with its key'],
  [['quota-exceeded'], 'occ continues with the next key, and then the next model'],
  [['payload', 'requests.payload'], 'occ does not rewrite requests by rules; see the fields of models'],
  [['ws-auth', 'plugins', 'ampcode', 'pprof'], 'occ has nothing of the kind'],
  [['vertex-api-key'], 'occ does not support Vertex AI'],
  [['interactions-api-key'], 'occ does not use the Interactions API'],
];

function convert(source: Json, context: SourceContext): Imported {
  const importing = openImport(source, { env: context.env });
  const server = convertServer(importing);
  const providers = convertFamilies(importing);
  const routes = convertRoutes(importing, providers, context.claudeModels);
  const config = {
    ...server,
    ...(Object.keys(routes.models).length > 0 && { models: routes.models }),
    ...(Object.keys(routes.fallbacks).length > 0 && { fallbacks: routes.fallbacks }),
    ...(Object.keys(routes.overrides).length > 0 && { model_overrides: routes.overrides }),
    ...(Object.keys(providers.sections).length > 0 && { providers: providers.sections }),
  };
  const taken = importing.taken.map(({ from }) => from);
  for (const [paths, reason] of reasons)
    for (const path of paths) {
      const used = taken.some((from) => from.startsWith(`${path}.`));
      if (importing.at(path.split('.')) !== undefined && !used) importing.leave(path.split('.'), reason);
    }
  return closeImport(importing, config);
}

function convertServer(importing: Importing): JsonObject {
  const host = first(importing, [['server', 'host'], ['host']]);
  const port = first(importing, [['server', 'port'], ['port']]);
  const retry = first(importing, [['routing', 'retry', 'request-retry'], ['request-retry']]);
  const debug = first(importing, [['observability', 'logs', 'debug'], ['debug']]);
  const listens = host === undefined ? undefined : listensOn(importing, host);
  const number = port && importing.whole(port, 1, 65_535);
  const attempts = retry && importing.whole(retry, 0, 100);
  const verbose = debug && importing.flag(debug);
  if (host && listens !== undefined) importing.take(host, ['host']);
  if (port && number !== undefined) importing.take(port, ['port']);
  if (retry && attempts !== undefined) importing.take(retry, ['retry', 'attempts']);
  if (debug && verbose !== undefined) importing.take(debug, ['logging', 'level']);
  convertToken(importing);
  return {
    ...(listens !== undefined && { host: listens }),
    ...(number !== undefined && { port: number }),
    ...(attempts !== undefined && { retry: { attempts } }),
    ...(verbose === true && { logging: { level: 'debug' } }),
  };
}

/** Without a host it listens on every address, which occ does only if the configuration says so. */
function listensOn(importing: Importing, path: Path): string | undefined {
  if (importing.at(path) !== '') return importing.text(path);
  importing.leave(
    path,
    'CLIProxyAPI listens on every address without one; occ listens on 127.0.0.1 unless host is set',
  );
  return undefined;
}

/** The keys of its clients. occ has one token. */
function convertToken(importing: Importing): void {
  const lists = [['access', 'api-keys'], ['api-keys']].filter((path) => Array.isArray(importing.at(path)));
  const [used, ...others] = lists.flatMap((path) => itemPaths(path, importing.at(path) as Json[]));
  if (used !== undefined) {
    const item = readKey(importing, used);
    if (item !== undefined) importing.slots.push({ kind: 'value', segments: ['auth_token'], items: [item] });
  }
  for (const path of others) importing.leave(path, 'occ has one token for all clients');
}

/** The first of these that is set. Those of version 8 take precedence. */
function first(importing: Importing, paths: readonly Path[]): Path | undefined {
  const [used, ...others] = paths.filter((path) => importing.at(path) !== undefined);
  for (const path of others) importing.leave(path, 'the setting of version 8 takes precedence');
  return used;
}
