/** The rules of claude-code-router: a model as "provider,model" for each kind of request. */
import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Providers } from './ccr-providers.ts';
import type { Importing, Path } from './importing.ts';
import { withDefault, type ModelRef } from './provider-parts.ts';

const scenarios: Readonly<Record<string, string>> = {
  default: 'default',
  background: 'background',
  think: 'think',
  longContext: 'long_context',
  image: 'vision',
};

/** Its default, in tokens. */
const longContextThreshold = 60_000;

const noWebSearch = 'occ has no model for web searches; those of the provider are passed on';

export function convertRouter(
  importing: Importing,
  providers: Providers,
): { models: JsonObject; fallbacks: JsonObject } {
  const models: JsonObject = {};
  const fallbacks: JsonObject = {};
  if (importing.at(['Router']) !== undefined && !isObject(importing.at(['Router'])))
    importing.leave(['Router'], 'expected an object');
  for (const [key, scenario] of Object.entries(scenarios)) {
    const path = ['Router', key];
    const ref = readRef(importing, path, providers);
    if (ref === undefined) continue;
    models[scenario] = { ...ref, ...(scenario === 'vision' && { vision: true }) };
    importing.take(path, `models.${scenario}: ${ref.provider}/${ref.model_id}`);
  }
  if (importing.at(['Router', 'webSearch']) !== undefined)
    importing.leave(['Router', 'webSearch'], noWebSearch);
  setThreshold(importing, models);
  for (const [key, scenario] of Object.entries(scenarios)) {
    const list = readRefs(importing, ['fallback', key], providers);
    if (list.length > 0) fallbacks[scenario] = list;
  }
  const chain = readRefs(importing, ['Router', 'fallback', 'models'], providers);
  if (chain.length > 0) fallbacks['default'] ??= chain;
  if (isObject(models['think']))
    importing.notes.push(
      'claude-code-router sends every request with thinking to Router.think; occ uses models.think at the efforts xhigh and max, and from 32,000 tokens of thinking',
    );
  withDefault(importing, models, firstOf(providers), 'claude-code-router');
  return { models, fallbacks };
}

function setThreshold(importing: Importing, models: JsonObject): void {
  const path = ['Router', 'longContextThreshold'];
  const given = importing.whole(path, 1, Number.MAX_SAFE_INTEGER);
  const entry = models['long_context'];
  if (isObject(entry)) {
    entry['context_threshold'] = given ?? longContextThreshold;
    if (given !== undefined) importing.take(path, 'models.long_context.context_threshold');
  } else if (given !== undefined) importing.leave(path, 'there is no Router.longContext');
}

function readRefs(importing: Importing, path: Path, providers: Providers): JsonObject[] {
  const list = importing.at(path);
  if (list === undefined || list === '') return [];
  if (!Array.isArray(list)) {
    importing.leave(path, 'expected a list of models');
    return [];
  }
  return list.flatMap((_, index): JsonObject[] => {
    const ref = readRef(importing, [...path, index], providers);
    if (ref === undefined) return [];
    importing.take([...path, index], `a fallback: ${ref.provider}/${ref.model_id}`);
    return [{ ...ref }];
  });
}

/** `provider,model`; in version 3 also `provider/model`. */
function readRef(importing: Importing, path: Path, { names, refused }: Providers): ModelRef | undefined {
  const given: Json | undefined = importing.at(path);
  if (given === '') return importing.leave(path, 'it is empty');
  const text = importing.id(path);
  if (text === undefined) return undefined;
  const at = text.includes(',') ? text.indexOf(',') : text.indexOf('/');
  const name = text.slice(0, at).trim().toLowerCase();
  const model_id = text.slice(at + 1).trim();
  if (at < 1 || model_id === '') return importing.leave(path, 'expected "provider,model"');
  const provider = names.get(name);
  if (provider !== undefined) return { provider, model_id };
  const why = refused.get(name);
  return importing.leave(
    path,
    why === undefined ? 'no provider has this name' : `its provider was not taken: ${why}`,
  );
}

function firstOf({ models }: Providers): ModelRef | undefined {
  for (const [provider, [model_id]] of models) if (model_id !== undefined) return { provider, model_id };
  return undefined;
}
