/** What the environment says about the configuration (contract 8), as a layer of the file's own shape. */
import type { JsonObject } from '../../json.ts';
import type { Environment } from './interpolate.ts';
import { renderPath, type Segment } from './json-path.ts';
import type { Problem } from '../settings.ts';

interface Variable {
  segments: readonly Segment[];
  /** The first that is set and not empty wins. */
  names: readonly string[];
  kind: 'text' | 'port' | 'level' | 'url' | 'list';
}

const ours = (name: string): string[] => [`OCC_${name}`, `OC_GO_CC_${name}`, `ROUTATIC_PROXY_${name}`];
const older = (name: string): string[] => [`OC_GO_CC_${name}`, `ROUTATIC_PROXY_${name}`];

/** Where a key for both built-in providers is looked for, in this order. */
export const globalKeyVariables: readonly string[] = [
  'OCC_API_KEY',
  'OPENCODE_API_KEY',
  'OC_GO_CC_API_KEY',
  'ROUTATIC_PROXY_API_KEY',
];

const scoped = [
  ['opencode_go', 'OPENCODE_GO'],
  ['opencode_zen', 'OPENCODE_ZEN'],
  ['openrouter', 'OPENROUTER'],
] as const;

const variables: readonly Variable[] = [
  { segments: ['api_key'], names: globalKeyVariables, kind: 'text' },
  { segments: ['api_keys'], names: ['ROUTATIC_PROXY_API_KEYS'], kind: 'list' },
  { segments: ['host'], names: ours('HOST'), kind: 'text' },
  { segments: ['port'], names: ours('PORT'), kind: 'port' },
  { segments: ['auth_token'], names: ours('AUTH_TOKEN'), kind: 'text' },
  { segments: ['logging', 'level'], names: ours('LOG_LEVEL'), kind: 'level' },
  { segments: ['opencode_go', 'base_url'], names: older('OPENCODE_URL'), kind: 'url' },
  { segments: ['opencode_zen', 'base_url'], names: older('OPENCODE_ZEN_URL'), kind: 'url' },
  ...scoped.flatMap(([section, name]): Variable[] => [
    { segments: [section, 'api_key'], names: older(`${name}_API_KEY`), kind: 'text' },
    { segments: [section, 'api_keys'], names: older(`${name}_API_KEYS`), kind: 'list' },
  ]),
];

/** Every variable above that may hold a key or a token. */
export const secretVariables: readonly string[] = variables
  .filter(({ segments }) => /^(?:api_keys?|auth_token)$/.test(String(segments.at(-1))))
  .flatMap(({ names }) => names);

export interface EnvironmentLayer {
  tree: JsonObject;
  /** Path → the variable its value came from. */
  names: ReadonlyMap<readonly Segment[], string>;
  problems: Problem[];
}

/** Reads the variables that are set; one that cannot be understood becomes a problem named after it. */
export function readEnvironment(env: Environment): EnvironmentLayer {
  const tree: JsonObject = {};
  const names = new Map<readonly Segment[], string>();
  const problems: Problem[] = [];
  for (const { segments, names: candidates, kind } of variables) {
    const name = candidates.find((candidate) => env[candidate]?.trim());
    if (name === undefined) continue;
    const found = env[name] ?? '';
    const fault = faultOf(kind, found);
    if (fault !== undefined) {
      problems.push({ path: name, message: `the variable ${name}: ${fault}`, variable: name });
      continue;
    }
    // A single key was named on purpose; the list is the older tools' own.
    if (
      kind === 'list' &&
      [...names.keys()].some((path) => renderPath(path) === renderPath(segments).slice(0, -1))
    )
      continue;
    names.set(segments, name);
    put(tree, segments, toValue(kind, found));
  }
  return { tree, names, problems };
}

/** A port in digits; the range is the schema's. */
function faultOf(kind: Variable['kind'], value: string): string | undefined {
  if (kind === 'port' && !(/^\d{1,5}$/.test(value.trim()) && Number(value) <= 65_535)) {
    return 'expected a port, 0 to 65535';
  }
  if (kind === 'level' && !['debug', 'info', 'warn', 'error'].includes(value.trim().toLowerCase())) {
    return 'expected one of debug, info, warn, error';
  }
  if (kind === 'url' && !/^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : '')) {
    return 'expected an absolute http or https URL';
  }
  return undefined;
}

function toValue(kind: Variable['kind'], value: string): string | number | string[] {
  if (kind === 'port') return Number(value);
  if (kind === 'level') return value.trim().toLowerCase();
  if (kind === 'list') {
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return value;
}

function put(tree: JsonObject, [first, second]: readonly Segment[], value: string | number | string[]): void {
  const key = String(first);
  if (second === undefined) tree[key] = value;
  else tree[key] = { ...(tree[key] as JsonObject | undefined), [String(second)]: value };
}
