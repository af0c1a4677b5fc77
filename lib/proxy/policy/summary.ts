/** What the client reads when no model answered: one sentence or one line per model, and the command that helps next. */
import { classOf, type FailureClass, type Outcome, type Tried } from './failures.ts';
import { nameOf, type Plan } from './plan.ts';
import { formatDuration, resetMsOf } from './quota.ts';

/** The longest wait in seconds that clients accept (measured: Claude Code gives up at once above 60 s). */
export const longestRetryAfter = 60;

/**
 * One sentence about a single failure: who, what, in the upstream's words. Several begin with `all models failed` and
 * `reason`, then have a line for each attempt and after them one for each model that was passed over.
 */
export function summary(plan: Plan, tried: readonly Tried[], reason: string): string {
  const [only, ...more] = [...tried, ...plan.passedOver];
  if (only === undefined || more.length > 0) return `all models failed: ${reason}\n${lines(plan, tried)}`;
  if (!('outcome' in only)) return `${only.model} was not tried: ${only.reason}`;
  const { outcome } = only;
  const model = nameOf(plan.candidates[only.candidate]);
  return outcome.type === 'refused' && !outcome.notSent
    ? `${model} answered ${outcome.error.status}: ${messageOf(outcome)}`
    : `${model} failed: ${messageOf(outcome)}`;
}

/** One line for each attempt (model, status, reason), then one for each model that was passed over. */
export function lines({ candidates, passedOver }: Plan, tried: readonly Tried[]): string {
  const attempts = tried.map(
    ({ candidate, outcome }) => `- ${nameOf(candidates[candidate])}: ${reasonOf(outcome)}`,
  );
  return [...attempts, ...passedOver.map(({ model, reason }) => `- ${model}: not tried, ${reason}`)].join(
    '\n',
  );
}

/** Describes a failed attempt: the status, if there was one, and the message. */
export function reasonOf(outcome: Outcome): string {
  return outcome.type === 'refused' && !outcome.notSent
    ? `${outcome.error.status} ${messageOf(outcome)}`
    : messageOf(outcome);
}

/** The message of a failed attempt, with the reset of a limit. */
export function messageOf(outcome: Outcome): string {
  if (outcome.type !== 'refused') return outcome.type === 'failed' ? outcome.error.message : outcome.type;
  const { message } = outcome.error;
  const seconds = retryAfterOf(outcome);
  if (seconds === undefined || seconds <= longestRetryAfter || /reset/i.test(message)) return message;
  return `${message} (resets in ${formatDuration(seconds * 1000)})`;
}

/** Seconds, if the upstream named them: in its headers or in the message about a limit. */
export function retryAfterOf(outcome: Outcome, failure = classOf(outcome)): number | undefined {
  const isLimit = failure === 'allowance' || failure === 'balance' || failure === 'rate';
  const ms = isLimit ? resetMsOf(outcome) : outcome.type === 'refused' ? outcome.retryAfterMs : undefined;
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}

const helps: Readonly<Record<FailureClass, string | undefined>> = {
  client: undefined,
  credentials: 'occ doctor key',
  allowance: 'occ status',
  balance: 'occ config edit',
  rate: 'occ status',
  gone: 'occ models',
  format: 'occ models',
  filter: 'occ config edit',
  transient: 'occ status',
  other: 'occ doctor',
};

/** The command that helps after failures of which `failure` is the most informative one; undefined if none does. */
export function nextStep(failure: FailureClass, plan: Plan, tried: readonly Tried[]): string | undefined {
  const stopped = tried.find(
    ({ outcome }) => failure === 'other' && outcome.type === 'failed' && outcome.notRunning,
  );
  const provider = stopped && plan.candidates[stopped.candidate]?.provider;
  if (provider === undefined) return helps[failure];
  return startCommand(provider.name, Object.values(provider.endpoints)[0] ?? '') ?? helps[failure];
}

/** How local model servers are started. A port is listed where no other common server uses it. */
const localServers = [
  { name: /ollama/i, port: '11434', start: 'ollama serve' },
  { name: /lm[-_ ]?studio/i, port: '1234', start: 'lms server start' },
  { name: /vllm/i, port: undefined, start: 'vllm serve <model>' },
  { name: /llama[-_. ]?(?:cpp|server)/i, port: undefined, start: 'llama-server -m <model.gguf>' },
] as const;

/** The command that starts a local server; undefined if the provider is none that is known. */
function startCommand(provider: string, url: string): string | undefined {
  const port = URL.canParse(url) ? new URL(url).port : '';
  const known =
    localServers.find(({ name }) => name.test(provider)) ??
    localServers.find((server) => server.port !== undefined && server.port === port);
  return known?.start;
}
