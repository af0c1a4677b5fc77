/** A double behind `occ launch`: a strict upstream in the form of one vendor, whose calls the real Claude Code can run. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../lib/emulator/answer.ts';
import { summarize } from '../../lib/emulator/auxiliary.ts';
import type { Conversation } from '../../lib/emulator/conversation.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { finish, think, type Script } from '../../lib/emulator/script.ts';
import { startEmulator } from '../../lib/emulator/server.ts';
import type { LooseJson } from '../support/loose-json.ts';
import { answerLimit } from '../support/doubles/chat-field-rules.ts';
import type { Double } from '../support/doubles/double.ts';
import { serve, type Recorded, type Served } from '../support/doubles/serve.ts';
import type { Sandbox } from './client.ts';

export interface Vendor extends AsyncDisposable, Pick<Served, 'recorded' | 'seals'> {
  /** A configuration in which this is the provider, and its model the one of every request. */
  config: object;
  /** The text of each answer that ended a turn, in order. */
  answers: readonly string[];
  /** How many summaries for a compaction were written. */
  summaries(): number;
}

export interface VendorOptions {
  /** Answers a request instead of the double. */
  instead?: (request: ReceivedRequest) => Answer | undefined;
  /** Fields of the provider, such as other keys. */
  provider?: object;
}

export async function startVendor(double: Double, options: VendorOptions = {}): Promise<Vendor> {
  const { instead = () => undefined, provider } = options;
  const { name, format, model, headers, entry } = double;
  const served = serve([double]);
  const { recorded, seals } = served;
  const answers: string[] = [];
  let summaries = 0;

  function answer(request: ReceivedRequest): Answer | Script {
    const given = instead(request);
    if (given) return given;
    const { conversation } = request;
    const summary = summarize(conversation);
    const tools = summary ? [] : callable(conversation);
    const answered = served.script({ ...request, conversation: { ...conversation, tools } });
    const said = recorded.at(-1)?.said;
    if (summary && said) {
      summaries++;
      return isCut(request) ? [considered, finish('length')] : [considered, ...summary];
    }
    if (tools.length > 0 && said?.calls.length === 0) answers.push(said.text);
    return answered;
  }

  const emulator = await startEmulator({ flavour: 'plain', script: answer });
  const own = {
    wire_format: format,
    base_url: served.endpoint(double, emulator.url),
    api_key: 'key-of-the-user',
    ...(headers && { headers }),
    ...provider,
  };
  return {
    recorded,
    seals,
    answers,
    summaries: () => summaries,
    config: {
      providers: { [name]: own },
      models: { default: { provider: name, model_id: model, ...entry } },
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

/** The tokens that a model which thinks needs at least for a summary. */
const summaryTokens = 2000;
const considered = think('What was this about? '.repeat(summaryTokens / 5));

/** In Chat Completions, the answer limit is too small for a summary. */
function isCut({ body }: ReceivedRequest): boolean {
  const limit = answerLimit(body as LooseJson);
  return limit > 0 && limit < summaryTokens;
}

/** A double calls the first tools that it is offered. */
function callable({ tools }: Conversation): Conversation['tools'] {
  return tools.filter(({ name }) => name === 'Bash');
}

/** The arguments with which the client has only Bash, and may run the commands of the double without asking. */
export function onlyCommands({ name }: Double): string[] {
  return ['--tools', 'Bash', '--allowedTools', `Bash(${name}:*)`];
}

/** Puts the command that a double calls for on the PATH of the sandbox. It has the double's name and prints `output`. */
export function addCommand(box: Sandbox, { name }: Double, output = 'one'): void {
  const bin = join(box.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'output'), `${output}\n`);
  writeFileSync(join(bin, name), `#!/bin/sh\nexec cat '${join(bin, 'output')}'\n`);
  chmodSync(join(bin, name), 0o755);
  box.env['PATH'] = `${bin}:${box.env['PATH']}`;
}

/** The names of the rules that refused requests, in order. */
export function refusals(recorded: readonly Recorded[]): string[] {
  return recorded.flatMap(({ refused }) => (refused ? [refused.rule] : []));
}
