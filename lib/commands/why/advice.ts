/** What to do after a failure: commands, each with what it is for. Pure. */
import type { FailureClass, TimeLimit } from '../../proxy/policy/failures.ts';
import { withConfig } from '../../proxy/policy/next-step.ts';
import type { AttemptRecord } from '../../proxy/recent.ts';
import { shortId } from '../../terminal/figures.ts';
import type { ExplainedRequest } from './explained.ts';

export type Advice = readonly [command: string, purpose: string];

const anotherModel: Advice = ['occ config edit', 'add a model of another provider to fallbacks.default'];
const check: Advice = ['occ doctor', 'check the providers: network, key, a short answer'];

const byClass: Readonly<Record<FailureClass, readonly Advice[]>> = {
  client: [],
  credentials: [
    ['occ doctor key', 'see which key is used, and whether the provider accepts it'],
    ['occ help config', 'read where keys are configured'],
  ],
  allowance: [['occ usage', 'see what is left and when it resets'], anotherModel],
  balance: [anotherModel],
  rate: [anotherModel, ['occ usage', 'see what is left, where the provider reports it']],
  gone: [['occ models --refresh', 'see the models that the provider serves now']],
  format: [['occ models --refresh', 'see the models that the provider serves now']],
  filter: [anotherModel],
  transient: [check, anotherModel],
  other: [check, anotherModel],
};

/** Empty if the request was answered without trouble, or if only the client can do something. */
export function adviceFor(explained: ExplainedRequest): Advice[] {
  const { error, attempts, ending, fallbackFrom, config } = explained;
  const failure = error?.class ?? fallbackFrom?.class;
  const limited = attempts.findLast((attempt) => isSetting(attempt.limit));
  const stopped = attempts.some(({ notRunning }) => notRunning);
  const lost = attempts.some(({ address }) => address !== undefined);
  const own: Advice[] = [];
  const step = error?.next;
  if (step !== undefined && !step.startsWith('occ why ')) {
    // `occ models --refresh` includes what `occ models` does.
    const known =
      failure && byClass[failure].some(([command]) => command.startsWith(plainStep(step, config)));
    const purpose = stopped ? 'start the server' : lost ? 'correct the address' : purposeOf(step);
    if (!known) own.push([step, purpose]);
  }
  if (limited) own.push(longerLimit(limited));
  if (ending === 'refused' && isPaidKept(explained)) own.push(aboutPaid);
  const all = [...own, ...(failure === undefined || (lost && own.length > 0) ? [] : byClass[failure])];
  return all.map(([command, purpose]) => [withConfig(command, config), purpose]);
}

const aboutPaid: Advice = ['occ help routing', 'read what paid_fallback allows'];

/** Whether `paid_fallback` kept a model from answering, and the error does not say how to allow it. */
function isPaidKept({ passedOver, error }: ExplainedRequest): boolean {
  const asked = error?.next?.startsWith('occ config set paid_fallback ') === true;
  return !asked && passedOver.some(({ kind }) => kind === 'paid');
}

/** Ways to fail that are a mistake of occ or of the provider, which somebody has to see to correct. */
const mistakes: ReadonlySet<AttemptRecord['trouble']> = new Set([
  'malformed',
  'overflow',
  'encoding',
  'empty',
]);

/** How to report a request that met a mistake; empty for any other. The proxy must still remember the request. */
export function reportFor({ id, attempts }: Pick<ExplainedRequest, 'id' | 'attempts'>): Advice[] {
  const odd = attempts.some(
    (one) => mistakes.has(one.trouble) || (one.class === 'other' && one.trouble === undefined),
  );
  return odd ? [[`occ report ${shortId(id)}`, 'write it with other text into a file, for a bug report']] : [];
}

/** The command without the `--config` that was added to it. */
function plainStep(next: string, config: string | undefined): string {
  const option = withConfig('occ config', config).slice('occ config'.length);
  return option !== '' && next.endsWith(option) ? next.slice(0, -option.length) : next;
}

/** What the next step of an error is for, by how it begins. */
const purposes: readonly (readonly [start: string, purpose: string])[] = [
  ['occ config set paid_fallback ', 'allow models that cost money until then'],
  ['occ config set budget.', 'raise the budget'],
  ['occ config set ', 'correct the configuration'],
  ['occ config edit', 'open the configuration and correct it'],
  ['occ help', 'read what it means'],
  ['occ models', 'see the models that you can use'],
  ['occ doctor key', 'see which key is used, and whether the provider accepts it'],
  ['occ doctor', 'check the providers: network, key, a short answer'],
  ['occ usage', 'see what is left and when it resets'],
  ['occ start', 'start the proxy'],
  ['occ status', 'see which proxies run, and how they are'],
  ['occ env', 'print the variables that a client needs'],
  ['eval "$(occ env', 'set the variables that a client needs in this shell'],
];

function purposeOf(next: string): string {
  return purposes.find(([start]) => next.startsWith(start))?.[1] ?? 'correct the cause of the error';
}

function isSetting(limit: TimeLimit | undefined): boolean {
  return limit !== undefined && limit !== 'client';
}

/** The limit of a provider is one of its keys, which have different places. */
function longerLimit({ model, limit = 'timeout_ms' }: AttemptRecord): Advice {
  const [provider = ''] = model.split('/');
  const place =
    provider === 'opencode-go' || provider === 'opencode-zen'
      ? provider.replace('-', '_')
      : `providers.${provider}`;
  return [`occ config set ${place}.${limit} <time>`, 'give this provider more time, such as 10m'];
}
