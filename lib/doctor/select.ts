/** Which checks are made, of what: from names and switches to a list of looks to take. */
import { nearest } from '../nearest.ts';
import { exitCodes, OccError } from '../errors.ts';
import type { Check, Subject } from './check.ts';
import { machine, type Subjects } from './subjects.ts';

export interface Selection {
  /** Codes; none means all. */
  codes: readonly string[];
  /** Neither means: everything offline, and what is short and live where there is a key. */
  only?: 'offline' | 'live';
  quick: boolean;
  long: boolean;
}

/** One look to take. */
export interface Instance {
  check: Check;
  subject: Subject;
}

/** OccError `usage` (exit 2) for a code that there is not. */
export function select(all: readonly Check[], selection: Selection, subjects: Subjects): Instance[] {
  for (const code of selection.codes) if (!all.some((check) => check.code === code)) throw unknown(code, all);
  const wanted = all.filter(
    (check) => isWanted(check, selection) && subjectsOf(check, subjects, selection).length > 0,
  );
  const needed = withNeeds(wanted, all, selection);
  const instances = needed.flatMap((check) =>
    subjectsOf(check, subjects, selection).map((subject) => ({ check, subject })),
  );
  return grouped(instances, subjects);
}

/** The machine first, then each provider, and its models after it. */
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

/** What a check needs comes along, whatever kind it is. */
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
  // Without a key there is nobody to ask; asked for in so many words, the look says what it lacks.
  const ready = (subject: Subject): boolean =>
    kind === 'offline' || only === 'live' || subject.provider?.missingKey === undefined;
  switch (scope) {
    case 'machine':
      return kind === 'offline' || only === 'live' || providers.some(ready) ? [machine] : [];
    case 'provider':
      return providers.filter(ready);
    case 'model':
      return models.filter(ready);
  }
}

/** A need is of the same provider or model, or of the machine. */
export function fulfils(need: Instance, { check, subject }: Instance): boolean {
  if (!check.needs.includes(need.check.code)) return false;
  const { name } = need.subject;
  return name === '' || subject.name === '' || name === subject.name || subject.name.startsWith(`${name}/`);
}

function unknown(code: string, all: readonly Check[]): OccError {
  const codes = [...new Set(all.map((check) => check.code))];
  const near = nearest(code, codes);
  return new OccError('usage', `there is no check "${code}"`, {
    exitCode: exitCodes.usage,
    remedy: `${near === undefined ? '' : `did you mean "${near}"? `}occ doctor --list names them all`,
  });
}

/** Requests that the providers get, at most; a repeated try of occ's own not counted. */
export function countRequests(instances: readonly Instance[]): number {
  return instances.reduce((sum, { check, subject }) => {
    const { requests = 0 } = check;
    return sum + (typeof requests === 'number' ? requests : requests(subject));
  }, 0);
}
