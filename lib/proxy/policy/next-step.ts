/** The command that helps after a failure, by its class, and the last line of an error, which names it. Pure. */
import { localServerFacts } from '../../catalog/local-server-kinds.ts';
import { quote } from '../../shell-word.ts';
import { addressCommand } from './address.ts';
import { classOf, type FailureClass, type Tried } from './failures.ts';
import { networkStep } from './network-faults.ts';
import type { Plan } from './plan.ts';

/** An outage has none of its own: `occ why` says what happened. Nor has `client`: the client acts on the error itself. */
const commands: Readonly<Record<FailureClass, string | undefined>> = {
  client: undefined,
  credentials: 'occ doctor key',
  allowance: 'occ usage',
  balance: 'occ config edit',
  rate: undefined,
  gone: 'occ models',
  format: 'occ models',
  filter: 'occ config edit',
  transient: undefined,
  other: 'occ doctor',
};

/** The command that helps after failures of which `failure` is the most informative one; undefined if none does. */
export function nextStep(failure: FailureClass, plan: Plan, tried: readonly Tried[]): string | undefined {
  const lost = tried.find(
    ({ outcome }) => failure === 'gone' && 'address' in outcome && outcome.address !== undefined,
  );
  const there = lost && plan.candidates[lost.candidate];
  if (there) {
    const { provider, route } = there;
    return addressCommand(provider, route.format, route.endpoint) ?? 'occ config edit';
  }
  const network = tried.find(
    ({ outcome }) => outcome.type === 'failed' && outcome.network && classOf(outcome) === failure,
  )?.outcome;
  if (network?.type === 'failed' && network.network) return networkStep(network.network);
  const stopped = tried.find(
    ({ outcome }) => failure === 'other' && outcome.type === 'failed' && outcome.notRunning,
  );
  const provider = stopped && plan.candidates[stopped.candidate]?.provider;
  if (provider === undefined) return commands[failure];
  return startCommand(provider.name, Object.values(provider.endpoints)[0] ?? '') ?? commands[failure];
}

/** The commands that read the configuration; each takes `--config`. */
const readsConfiguration = /^occ (?:config|doctor|launch|models|route|start|usage|use)\b/;

/** The command with `--config`, if the configuration that it reads is found only by that. `file` is `Settings.configOption`. */
export function withConfig(command: string, file: string | undefined): string {
  if (file === undefined || !readsConfiguration.test(command) || command.includes(' --config '))
    return command;
  return `${command} --config ${quote(file)}`;
}

/** The same for a step that may be no command. */
export function stepWithConfig<T extends { next?: string | NoNextStep }>(
  refusal: T,
  file: string | undefined,
): T {
  return typeof refusal.next === 'string' ? { ...refusal, next: withConfig(refusal.next, file) } : refusal;
}

/** Why no command helps, as a sentence without its full stop. */
export interface NoNextStep {
  because: string;
}

/**
 * The message with its last line: the next command, or why there is none, and the request's id. To an error of 500 and above
 * Claude Code appends `. This is a server-side issue…` (measured, 2.1.332), so the line ends with the id in brackets.
 */
export function withNextStep(message: string, next: string | NoNextStep, requestId: string): string {
  if (typeof next !== 'string') return `${message}\n${next.because} (request ${requestId})`;
  return `${message}\nNext: ${next}${next.includes(requestId) ? '' : ` (request ${requestId})`}`;
}

/**
 * Words for which Claude Code hides a whole message, whatever its status, and shows one of its own: "Not logged in · Please
 * run /login" and "Credit balance is too low" (measured, 2.1.332), which are about an account at Anthropic.
 */
const hiding = /x-api-key|credit balance is too low/gi;

/** The message with these words spelt differently, so that the client shows it. */
export function toShown(message: string): string {
  return message.replace(hiding, (words) =>
    words.includes('-') ? words.replace(/-(?=key)/i, ' ') : words.replace(/ is /i, ' '),
  );
}

/** The command that starts a local server; undefined if the provider is none that is known. */
export function startCommand(provider: string, url: string): string | undefined {
  const port = URL.canParse(url) ? new URL(url).port : '';
  const servers = Object.values(localServerFacts);
  const known =
    servers.find(({ name }) => name.test(provider)) ??
    servers.find((server) => !server.sharesPort && String(server.port) === port);
  return known?.start;
}
