/** `occ doctor --claude`: turns of the real Claude Code, on the emulator or on a configured model. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudePackage } from '../../../clients/claude-package.ts';
import { findClient, installCommand } from '../../../clients/find.ts';
import { findCached, npmCache } from '../../../clients/npx-cache.ts';
import { toText } from '../../../json.ts';
import type { RecordedExchange } from '../../bench/recorded-exchange.ts';
import { openGround, type Ground } from '../../claude/run-client.ts';
import { takeTurn, type Turn, type TurnOptions } from '../../claude/turn.ts';
import { skip, type Check, type CheckResult, type Context, type Subject } from '../../check.ts';
import { CheckFailure, NotObserved, toProblem } from '../../laws/fault.ts';
import { faultOfTurn, startAlone } from './fault-of-turn.ts';
import { modelOf, switchingModel, type TurnModel } from './models.ts';

/** Takes a turn with the client that was found, and keeps it as evidence. */
type Take = (options: Omit<TurnOptions, 'command'>, context: Context, ground: Ground) => Promise<Turn>;

interface ClaudeProbe {
  code: string;
  title: string;
  /** Resolves to the summary. Rejects with a CheckFailure or a NotObserved. */
  run(context: Context, subject: Subject, take: Take): Promise<string>;
}

const prompt = 'Write a file hello.txt that says hello from occ, then read it back and tell me what it says.';

/** The turn ended with an answer. Throws a CheckFailure that names who is at fault. */
function expectAnswer(turn: Turn, model: TurnModel): string {
  const { result, ended } = turn.client;
  if (ended !== 0 || result === undefined || result['is_error'] !== false) throw faultOfTurn(turn, model);
  return toText(result['result']);
}

const tools: ClaudeProbe = {
  code: 'claude-turn',
  title: 'Claude Code writes a file in one turn and reads it back',
  async run(context, subject, take) {
    using ground = openGround();
    const model = await modelOf(context, subject);
    const turn = await take({ settings: () => model.settings, prompt }, context, ground);
    const answer = expectAnswer(turn, model);
    const file = join(ground.work, 'hello.txt');
    if (!existsSync(file)) throw model.notDone(`wrote no file: ${answer.slice(0, 200)}`);
    const text = readFileSync(file, 'utf8').trim();
    if (!/hello from occ/i.test(text)) throw model.notDone(`wrote something else: ${text.slice(0, 80)}`);
    return `hello.txt was written and read back, in ${turn.upstream.length} requests`;
  },
};

const seal: ClaudeProbe = {
  code: 'claude-seal',
  title: 'a turn continues with another model, without the thinking signature of the first',
  async run(context, subject, take) {
    using ground = openGround();
    const then = await modelOf(context, subject, 'messages');
    await using first = await switchingModel(context, then);
    const turn = await take({ settings: first.settings, prompt }, context, ground);
    expectAnswer(turn, then);
    if (!first.switched()) throw new CheckFailure('client', 'Claude Code sent no request with its tools');
    const later = turn.sent.slice(first.requests());
    if (later.length === 0)
      throw new CheckFailure('client', 'Claude Code did not send the result of its tool');
    if (later.some((body) => first.signatures.some((signature) => body.includes(signature))))
      throw new CheckFailure('occ', 'the signature of one provider was sent to another');
    return 'the signature stayed with the provider that made it, and the turn went on';
  },
};

const cut: ClaudeProbe = {
  code: 'claude-cut',
  title: 'Claude Code does not show a stream that was cut off as finished',
  async run(context, subject, take) {
    using ground = openGround();
    const model = await modelOf(context, subject);
    const question = 'Count from 1 to 40 in words, one number on each line, and call no tool.';
    const options = { settings: () => model.settings, prompt: question, cut: true };
    const turn = await take(options, context, ground);
    const { result, ended } = turn.client;
    if (turn.sent.length === 0 || result === undefined) throw faultOfTurn(turn, model);
    if (ended !== 0 || result['is_error'] === true)
      return `shown as an error: ${toText(result['result']).split('\n', 1)[0]?.slice(0, 100) ?? ''}`;
    const side = turn.outcomes.includes('answered') ? 'occ' : 'client';
    const more = side === 'client' ? { remedy: startAlone } : {};
    throw new CheckFailure(side, 'half of an answer was shown as a whole one', more);
  },
};

export const claudeProbes: readonly ClaudeProbe[] = [tools, seal, cut];

/** Milliseconds for one turn. On the emulator it takes two seconds. */
const limitMs = { offline: 60_000, live: 300_000 } as const;

function toCheck(probe: ClaudeProbe, kind: Check['kind']): Check {
  const { code, title } = probe;
  return {
    code,
    title,
    kind,
    scope: kind === 'live' ? 'model' : 'machine',
    needs: kind === 'live' ? ['model', 'loopback'] : ['config', 'loopback'],
    client: true,
    heavy: true,
    limitMs: limitMs[kind],
    ...(kind === 'live' && { requests: 4 }),
    async run(context, subject): Promise<CheckResult> {
      const command = commandOf(context);
      if (command === undefined)
        return skip(
          'not_applicable',
          `Claude Code was not found; to install it: ${installCommand(claudePackage)}`,
        );
      const exchanges: RecordedExchange[] = [];
      try {
        const summary = await probe.run(context, subject, async (options, ...rest) => {
          const turn = await takeTurn({ command, ...options }, ...rest);
          exchanges.push(toExchange(options.prompt, turn));
          return turn;
        });
        return { level: 'ok', summary };
      } catch (error) {
        if (error instanceof NotObserved) return skip(error.because, error.message);
        if (error instanceof CheckFailure) return { ...toProblem(error), exchanges };
        throw error;
      }
    },
    late: (_context, { name }, seconds) => ({
      level: 'fail',
      summary: `Claude Code did not end its turn within ${seconds} s`,
      fault: kind === 'live' ? 'provider' : 'client',
      remedy:
        kind === 'live'
          ? {
              text: `see how fast ${name} answers`,
              commands: [`occ doctor first-token --live --model ${name}`],
            }
          : { text: 'see whether it starts without occ', commands: ['claude --version'] },
    }),
  };
}

/** The turn for the evidence: instead of what the client received, what it printed. */
function toExchange(prompt: string, { client, upstream }: Turn): RecordedExchange {
  const printed = JSON.stringify({ ended: client.ended, result: client.result, stderr: client.complaint });
  const endedMs = Math.max(0, ...upstream.map((side) => side.endedMs));
  return {
    request: { model: 'Claude Code', max_tokens: 0, messages: [{ role: 'user', content: prompt }] },
    upstream,
    client: {
      headers: {},
      chunks: [{ atMs: endedMs, bytes: Buffer.from(printed) }],
      ended: 'complete',
      endedMs,
    },
  };
}

/** As occ launch finds it, with the one that npx has fetched for it. */
function commandOf({ machine: { env, home } }: Context): string | undefined {
  const found = findClient(claudePackage, env, home);
  return found.kind === 'missing' ? findCached(claudePackage, npmCache(env, home)) : found.command;
}

export const claudeOffline: readonly Check[] = claudeProbes.map((probe) => toCheck(probe, 'offline'));
export const claudeLive: readonly Check[] = claudeProbes.map((probe) => toCheck(probe, 'live'));
