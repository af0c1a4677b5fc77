/**
 * What a launch says about failed requests: the first one of an outage where the client shows nothing, and the last at its end.
 */
import type { LaunchArguments } from '../../clients/arguments.ts';
import { clientNamed, defaultClient } from '../../clients/clients.ts';
import { quote } from '../../shell-word.ts';
import { actsOnWords, asksAgain } from '../../proxy/policy/client-words.ts';
import { withConfig } from '../../proxy/policy/next-step.ts';
import { builtInNames } from '../../config/providers/providers.ts';
import type { Waiting } from '../../proxy/waiting.ts';
import { brief } from '../../proxy/policy/brief.ts';
import { hasFailed, type EndedRequest } from '../../proxy/recent.ts';
import type { System } from '../../terminal/command-context.ts';
import { shortId } from '../../terminal/figures.ts';
import type { Output } from '../../terminal/output.ts';
import { say } from '../../terminal/talk.ts';
import type { Style } from '../../terminal/style.ts';

export interface Outages {
  /** Takes the record of each request that has ended. */
  ended(record: EndedRequest): void;
  /** Says once for each request that its model has sent nothing yet. */
  waiting(waiting: Waiting): void;
  /** For the end of the launch: a sentence about the last failure, and the command that resumes the session. */
  closing(style: Style): { failure?: string; resume?: string };
}

/** Requested models whose outages are remembered. The bound matters because ids also come from clients. */
const mostModels = 50;

/** `warn` prints a sentence on stderr at once; without it nothing is printed before the end. */
export function outages(args: LaunchArguments, system: System, warn?: (sentence: string) => void): Outages {
  const interactive = isInteractive(args, system);
  /** The requested models that have failed since their last answer. */
  const out = new Set<string>();
  const said = new Set<string>();
  /** The ids of the requests in progress whose wait was reported. */
  const waits = new Set<string>();
  let last: EndedRequest | undefined;
  let session: string | undefined;

  function ended(record: EndedRequest): void {
    waits.delete(record.id);
    if (record.agent === undefined) session = record.session ?? session;
    if (record.ending === 'answered') out.delete(record.model);
    if (!concernsUser(record)) return;
    // A failure with attempts says more than one in which every model was passed over because of it.
    if (record.attempts.length > 0 || !last) last = record;
    if (out.has(record.model)) return;
    if (out.size < mostModels) out.add(record.model);
    // It would break the screen of an interactive client, which shows failures itself.
    if (interactive || warn === undefined) return;
    const what = brief(record);
    said.add(what);
    warn(`${what}${retries(args, record)}; ${whyCommand(record)}`);
  }

  function waiting({ record, model, ms, limit }: Waiting): void {
    if (interactive || warn === undefined || waits.has(record.id)) return;
    waits.add(record.id);
    warn(`still waiting for ${model} (${inSeconds(ms)}); ${limitOf(model, limit, record)}`);
  }

  function closing(style: Style): { failure?: string; resume?: string } {
    const resume = session === undefined ? undefined : resumeCommand(args, session);
    const unsaid = last && !said.has(brief(last)) ? last : undefined;
    return {
      ...(unsaid && { failure: `last failure: ${style.bad(brief(unsaid))}; ${whyCommand(unsaid)}` }),
      ...(interactive && resume !== undefined && { resume: `resume: ${resume}` }),
    };
  }

  return { ended, waiting, closing };
}

/** Prints what `closing` says, on a terminal. */
export async function sayClosing(failed: Outages, output: Output): Promise<void> {
  if (!output.terminal) return;
  const { failure, resume } = failed.closing(output.stderrStyle);
  if (failure !== undefined) await say(output, failure);
  // A command to copy is not wrapped.
  if (resume !== undefined) output.info(resume);
}

/** Not with an error that the client acts on, such as a prompt that is too long. */
function concernsUser(record: EndedRequest): boolean {
  const { error } = record;
  return (
    hasFailed(record) &&
    error !== undefined &&
    !actsOnWords(error) &&
    (error.class !== undefined || error.permanent)
  );
}

/** Whether the client shows its failures on a screen. */
export function isInteractive({ client, forClient }: LaunchArguments, { stdin, stdout }: System): boolean {
  const terminal = stdin.isTTY === true && stdout.isTTY === true;
  return terminal && clientNamed(client)?.isInteractive(forClient) === true;
}

function retries({ client }: LaunchArguments, { error, ending }: EndedRequest): string {
  if (client !== 'claude') return '';
  if (ending === 'cut') return '; Claude Code asks again';
  const givesUp = error === undefined || !asksAgain(error);
  return givesUp ? '; Claude Code does not retry' : '; Claude Code retries for some minutes';
}

/** The next step itself is in the client's own error, and in what the command prints. */
function whyCommand({ id }: EndedRequest): string {
  return `occ why ${shortId(id).replace('req_', '')}`;
}

/** Names what ends the wait, and the command that changes it unless the limit is the client's own. */
function limitOf(model: string, { setting, ms }: Waiting['limit'], { config }: EndedRequest): string {
  if (setting === 'client') return `the limit of the client is ${inSeconds(ms)}`;
  const provider = model.slice(0, model.indexOf('/'));
  // Nothing is configured about it.
  if (provider === 'emulator') return `the limit is ${inSeconds(ms)}`;
  const section = builtInNames.has(provider) ? provider.replaceAll('-', '_') : `providers.${provider}`;
  const command = withConfig(`occ config set ${quote(`${section}.${setting}`)} 60s`, config);
  return `the limit is ${inSeconds(ms)}: ${command}`;
}

/** As exact as a limit is set. */
function inSeconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** The command that continues the session with the same options of occ; undefined if the client has none. */
function resumeCommand(
  { client, model, config, emulator, attach, autoMode, keepEnv }: LaunchArguments,
  session: string,
): string | undefined {
  const resume = clientNamed(client)?.resume?.(session);
  if (resume === undefined) return undefined;
  const options = [
    ...(client === defaultClient.name ? [] : [client]),
    ...(model === undefined ? [] : ['-m', quote(model)]),
    ...(config === undefined ? [] : ['--config', quote(config)]),
    ...(emulator ? ['--emulator'] : []),
    ...(attach ? ['--attach'] : []),
    ...(autoMode ? ['--auto-mode'] : []),
    ...(keepEnv ? ['--keep-env'] : []),
  ];
  return ['occ launch', ...options, '--', ...resume.map((word) => quote(word))].join(' ');
}
