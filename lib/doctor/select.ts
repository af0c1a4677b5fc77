/** Selects the checks to run and their subjects from the arguments of the command. */
import { nearest } from '../nearest.ts';
import { exitCodes, OccError } from '../errors.ts';
import type { Check, Subject } from './check.ts';
import { machine, type Subjects } from './subjects.ts';

export interface Selection {
  /** Empty for all. */
  codes: readonly string[];
  /** By default: every offline check, and the short live checks of providers with a key. */
  only?: 'offline' | 'live';
  quick: boolean;
  long: boolean;
  /** Only the checks that run the real client. */
  claude?: boolean;
}

/** One check of one subject. */
export interface Instance {
  check: Check;
  subject: Subject;
  /** False if it runs only because another check needs it. */
  selected: boolean;
}

/** Throws OccError `usage` (exit 2) for an unknown code. */
export function select(all: readonly Check[], selection: Selection, subjects: Subjects): Instance[] {
  for (const code of selection.codes)
    if (!all.some((check) => check.code === code)) throw unknownCheck(code, all);
  // Named checks that also run without a network do only that if there is no key. In every other case `keys` reports that
  // it is missing, and the live checks are skipped, which the report says.
  const withoutKey = ({ code }: Check): boolean =>
    selection.only === 'live' ||
    selection.codes.length === 0 ||
    !all.some((other) => other.code === code && other.kind === 'offline');
  const of = (check: Check): readonly Subject[] => subjectsOf(check, subjects, withoutKey(check));
  const wanted = all.filter((check) => isWanted(check, selection) && of(check).length > 0);
  const needed = withNeeds(wanted, all, selection);
  const instances = needed.flatMap((check) =>
    of(check).map((subject) => ({
      check: selection.quick ? { ...check, limitMs: check.quickLimitMs ?? check.limitMs } : check,
      subject,
      selected: wanted.includes(check),
    })),
  );
  return grouped(instances, subjects);
}

/** Orders by subject: this machine, then each provider followed by its models. Checks that take minutes are last. */
function grouped(instances: readonly Instance[], { providers, models }: Subjects): Instance[] {
  const order = providers.flatMap((provider) => [
    provider.name,
    ...models.filter((model) => model.provider === provider.provider).map(({ name }) => name),
  ]);
  const sorted = ['', ...order].flatMap((name) => instances.filter(({ subject }) => subject.name === name));
  return [...sorted.filter(({ check }) => !check.long), ...sorted.filter(({ check }) => check.long)];
}

function isWanted(check: Check, { codes, only, quick, long, claude = false }: Selection): boolean {
  if (codes.length > 0 && !codes.includes(check.code)) return false;
  const isClient = check.client === true;
  if (codes.length === 0 && isClient !== claude) return false;
  if (isClient && check.kind === 'live' && only !== 'live') return false;
  if (only !== undefined && check.kind !== only) return false;
  if (check.long === true) return !quick && (check.kind === 'offline' || long);
  return true;
}

/** Adds the checks that are needed, including those excluded by name or kind; never a live one with `--offline`. */
function withNeeds(wanted: readonly Check[], all: readonly Check[], { only }: Selection): Check[] {
  const found = new Set(wanted);
  for (const check of found) {
    for (const code of check.needs) {
      const need = all.find(
        (other) => other.code === code && (other.kind === 'offline' || only !== 'offline'),
      );
      if (need) found.add(need);
    }
  }
  return all.filter((check) => found.has(check));
}

function subjectsOf(
  { kind, scope, client }: Check,
  { providers, models }: Subjects,
  withoutKey: boolean,
): readonly Subject[] {
  const isReady = (subject: Subject): boolean => kind === 'offline' || withoutKey || hasKey(subject);
  switch (scope) {
    case 'machine':
      return [machine];
    case 'provider':
      return providers.filter(isReady);
    case 'model':
      // A turn of the real client sends tens of thousands of tokens.
      return models.filter(isReady).slice(0, client ? 1 : models.length);
  }
}

/** True if `need` is a check that the other needs, of this machine or of the same provider or model. */
export function satisfies(need: Instance, { check, subject }: Instance): boolean {
  if (!check.needs.includes(need.check.code)) return false;
  const { name } = need.subject;
  return name === '' || subject.name === '' || name === subject.name || subject.name.startsWith(`${name}/`);
}

function hasKey({ provider }: Subject): boolean {
  return provider?.missingKey === undefined;
}

function unknownCheck(code: string, all: readonly Check[]): OccError {
  const codes = [...new Set(all.map((check) => check.code))];
  // `verify` is a command of its own and comes before everything else.
  const near = nearest(code, [...codes, 'verify']);
  const meant = near === undefined ? '' : `did you mean occ doctor ${near}?\n`;
  return new OccError('usage', `there is no check "${code}"`, {
    exitCode: exitCodes.usage,
    remedy: `${meant}occ doctor --list shows all checks`,
  });
}

/** The largest number of requests to providers, not counting retries by occ, and the models that answer them. */
export function countRequests(instances: readonly Instance[]): { requests: number; models: number } {
  // Without a key, none is sent.
  const sending = instances.filter(({ subject }) => hasKey(subject));
  const requestsOf = ({ check: { requests = 0 }, subject }: Instance): number =>
    typeof requests === 'number' ? requests : requests(subject);
  return {
    requests: sending.reduce((sum, instance) => sum + requestsOf(instance), 0),
    models: new Set(sending.flatMap(({ subject }) => (subject.model ? [subject.name] : []))).size,
  };
}
