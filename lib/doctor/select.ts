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
}

/** One check of one subject. */
export interface Instance {
  check: Check;
  subject: Subject;
}

/** Throws OccError `usage` (exit 2) for an unknown code. */
export function select(all: readonly Check[], selection: Selection, subjects: Subjects): Instance[] {
  for (const code of selection.codes)
    if (!all.some((check) => check.code === code)) throw unknownCheck(code, all);
  const wanted = all.filter(
    (check) => isWanted(check, selection) && subjectsOf(check, subjects, selection).length > 0,
  );
  const needed = withNeeds(wanted, all, selection);
  const instances = needed.flatMap((check) =>
    subjectsOf(check, subjects, selection).map((subject) => ({ check, subject })),
  );
  return grouped(instances, subjects);
}

/** Orders by subject: this machine, then each provider followed by its models. */
function grouped(instances: readonly Instance[], { providers, models }: Subjects): Instance[] {
  const order = providers.flatMap((provider) => [
    provider.name,
    ...models.filter((model) => model.provider === provider.provider).map(({ name }) => name),
  ]);
  return ['', ...order].flatMap((name) => instances.filter(({ subject }) => subject.name === name));
}

function isWanted(check: Check, { codes, only, quick, long }: Selection): boolean {
  if (codes.length > 0 && !codes.includes(check.code)) return false;
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
  { kind, scope }: Check,
  { providers, models }: Subjects,
  { only }: Selection,
): readonly Subject[] {
  // Without a key, live checks run only with --live, where the check `keys` reports what is missing.
  const isReady = (subject: Subject): boolean =>
    kind === 'offline' || only === 'live' || subject.provider?.missingKey === undefined;
  switch (scope) {
    case 'machine':
      return kind === 'offline' || only === 'live' || providers.some(isReady) ? [machine] : [];
    case 'provider':
      return providers.filter(isReady);
    case 'model':
      return models.filter(isReady);
  }
}

/** True if `need` is a check that the other needs, of this machine or of the same provider or model. */
export function satisfies(need: Instance, { check, subject }: Instance): boolean {
  if (!check.needs.includes(need.check.code)) return false;
  const { name } = need.subject;
  return name === '' || subject.name === '' || name === subject.name || subject.name.startsWith(`${name}/`);
}

function unknownCheck(code: string, all: readonly Check[]): OccError {
  const codes = [...new Set(all.map((check) => check.code))];
  const near = nearest(code, codes);
  return new OccError('usage', `there is no check "${code}"`, {
    exitCode: exitCodes.usage,
    remedy: `${near === undefined ? '' : `did you mean "${near}"? `}occ doctor --list shows all checks`,
  });
}

/** The largest number of requests to providers, not counting retries by occ. */
export function countRequests(instances: readonly Instance[]): number {
  return instances.reduce((sum, { check, subject }) => {
    const { requests = 0 } = check;
    return sum + (typeof requests === 'number' ? requests : requests(subject));
  }, 0);
}
