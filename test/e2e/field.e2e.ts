/**
 * Sessions of the real Claude Code with strict upstreams that refuse as vendors do: seals that are no longer good, keys that
 * run out, a small context window, thinking that is wanted back. The person sees answers, and a refusal is not repeated.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refuse, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { anthropic } from '../support/doubles/anthropic.ts';
import { deepseekMessages } from '../support/doubles/deepseek-messages.ts';
import type { Double } from '../support/doubles/double.ts';
import { gemini } from '../support/doubles/gemini.ts';
import { kimi } from '../support/doubles/kimi.ts';
import { llamaCpp } from '../support/doubles/llama-cpp.ts';
import { mistral } from '../support/doubles/mistral.ts';
import { openAiResponses } from '../support/doubles/openai-responses.ts';
import { sglang } from '../support/doubles/sglang.ts';
import { vllm } from '../support/doubles/vllm.ts';
import { waitUntil } from '../support/limits.ts';
import { occ, sandbox, type Sandbox } from './client.ts';
import { launch, logOf, onboarded } from './launched.ts';
import { openSession, type Turn } from './session.ts';
import { enter, hasTmux, openTerminal } from './terminal.ts';
import {
  addCommand,
  onlyCommands,
  refusals,
  startVendor,
  type Vendor,
  type VendorOptions,
} from './vendor.ts';

/** What the client or an upstream says of a failed request. */
const error = /API Error|[Ii]nvalid|[Cc]orrupted|encrypted|too long|context l/;
const prompt = 'Run it.';

interface Asked {
  turn: Turn;
  /** The rules that refused a request of the turn. */
  refused: string[];
}

/** A session in a terminal. */
interface Screen {
  double: Double;
  columns: number;
  /** What each command prints. */
  output?: string;
  /** Before this turn, counted from 0, every seal expires. */
  expires?: number;
  /** For each turn, how many of its requests may be refused. */
  refused: readonly number[];
}

interface SessionOptions extends VendorOptions {
  turns: number;
  /** What each command prints. */
  output?: string;
  /** Runs before a turn, which is counted from 0. */
  before?: (turn: number, vendor: Vendor) => void;
  /** The client receives refusals, which make it compact. */
  compacts?: boolean;
}

/** Holds a session of several turns; in each of them the double calls one tool, then two, then answers. */
async function session(
  double: Double,
  { turns, output, before, compacts = false, ...options }: SessionOptions,
): Promise<Asked[]> {
  await using box = sandbox();
  await using vendor = await startVendor(double, options);
  addCommand(box, double, output);
  await using client = openSession(box, vendor.config, onlyCommands(double));
  const asked: Asked[] = [];
  for (let at = 0; at < turns; at++) {
    before?.(at, vendor);
    const received = vendor.recorded.length;
    const turn = await client.ask(prompt);
    assertAnswered(turn, vendor);
    asked.push({ turn, refused: refusals(vendor.recorded.slice(received)) });
  }
  if (!compacts) assertNothingTold(box);
  return asked;
}

/** occ told the client of no refusal: of some, the client removes the thinking itself and asks again unseen. */
function assertNothingTold(box: Sandbox): void {
  const told = logOf(box).filter(({ event }) => event === 'refused');
  assert.deepEqual(told, []);
}

/** The person sees the answer of the double and no error, and every tool ran. */
function assertAnswered({ failed, answer, texts, results }: Turn, vendor: Vendor): void {
  assert.equal(failed, false, answer);
  assert.equal(answer, vendor.answers.at(-1));
  for (const text of texts) assert.doesNotMatch(text, error);
  assert.ok(results.length > 0 && results.every(Boolean), JSON.stringify(results));
}

const sealed = [
  [anthropic, 'signatures'],
  [openAiResponses, 'sealed reasoning'],
  [gemini, 'signatures'],
] as const;

describe('seals that expire in the middle of a session', () => {
  const expire = (turn: number, { seals }: Vendor): void => {
    if (turn === 1) for (const one of Object.values(seals)) one.expire();
  };

  for (const [double, rule] of sealed) {
    test(`${double.name}: answered after one refusal, which is not repeated`, async () => {
      const asked = await session(double, { turns: 4, before: expire });
      assert.deepEqual(
        asked.map(({ refused }) => refused),
        [[], [rule], [], []],
      );
    });
  }

  test('each turn in a new process: answered after one refusal', async () => {
    await using box = sandbox();
    await using vendor = await startVendor(anthropic);
    addCommand(box, anthropic);
    for (const turn of [0, 1, 2]) {
      expire(turn, vendor);
      const received = vendor.recorded.length;
      const words = [...(turn > 0 ? ['--continue'] : []), '-p', prompt, ...onlyCommands(anthropic)];
      const ran = await launch(box, vendor.config, ...words);
      assert.equal(ran.stdout.trim(), vendor.answers.at(-1), ran.stderr);
      assert.deepEqual(refusals(vendor.recorded.slice(received)), turn === 0 ? [] : ['signatures']);
    }
    assertNothingTold(box);
  });
});

describe('a key that runs out in the middle of a session', () => {
  const limits: Record<string, Answer> = {
    '429 GoUsageLimitError': refuse(429, {
      type: 'GoUsageLimitError',
      message: '5-hour usage limit reached. Resets in 7hr 29min.',
      retryAfterSeconds: 26_940,
      metadata: { workspace: 'wrk_1', limitName: '5 hour' },
    }),
    '402 Insufficient Balance': refuse(402, { type: 'unknown_error', message: 'Insufficient Balance' }),
  };
  for (const [name, limit] of Object.entries(limits)) {
    test(`${name}: the second key answers, and the first is not asked again`, async () => {
      let spent = false;
      let keys: string[] = [];
      const perTurn: string[][] = [];
      const instead = ({ headers: { authorization = '' } }: ReceivedRequest): Answer | undefined => {
        keys.push(authorization.replace('Bearer ', ''));
        return spent && authorization === 'Bearer one' ? limit : undefined;
      };
      const before = (turn: number): void => {
        spent = turn > 0;
        perTurn.push((keys = []));
      };
      await session(mistral, { turns: 3, before, instead, provider: { api_keys: ['one', 'two'] } });
      const three = (key: string): string[] => [key, key, key];
      assert.deepEqual(perTurn, [three('one'), ['one', ...three('two')], three('two')]);
    });
  }
});

/** About 5,000 tokens. Three calls in each turn fill a window of 32,768 in the second turn and one of 65,536 in the fifth. */
const pages = 'Words of a long page. '.repeat(900);

describe('a small window: the client compacts, with room for the summary, and goes on', () => {
  for (const [double, turns] of [
    [vllm, 5],
    [sglang, 5],
    [llamaCpp, 6],
  ] as const) {
    test(double.name, async () => {
      const asked = await session(double, { turns, output: pages, compacts: true });
      const compactions = asked.flatMap(({ turn }) => turn.compactions);
      assert.deepEqual(new Set(compactions), new Set(['success']));
      for (const { refused } of asked) assert.ok(refused.length <= 2, JSON.stringify(refused));
    });
  }
});

describe('tools in two turns, without a refusal', () => {
  for (const double of [deepseekMessages, mistral, kimi]) {
    test(double.name, async () => {
      const asked = await session(double, { turns: 2 });
      assert.deepEqual(
        asked.map(({ refused }) => refused),
        [[], []],
      );
    });
  }
});

describe('what the screen shows (needs tmux)', { skip: !hasTmux && 'tmux is not installed' }, () => {
  // How many requests of each turn may be refused.
  const expired = { expires: 1, refused: [0, 1, 0] };
  const small = { double: vllm, output: pages, refused: [2, 2, 2, 2] };
  const screens: Record<string, Screen> = {
    'expired seals, 60 columns': { ...expired, double: anthropic, columns: 60 },
    'expired seals, 120 columns': { ...expired, double: gemini, columns: 120 },
    'a window of 32,768 tokens, 60 columns': { ...small, columns: 60 },
    'a window of 32,768 tokens, 120 columns': { ...small, columns: 120 },
  };
  for (const [name, { double, columns, output, expires, refused }] of Object.entries(screens)) {
    test(`${name}: answers, and no error`, async () => {
      await using box = sandbox();
      await using vendor = await startVendor(double);
      addCommand(box, double, output);
      const command = [process.execPath, occ, 'launch', '--config', box.configure(vendor.config)];
      await using terminal = await openTerminal([...command, ...onlyCommands(double)], {
        cwd: box.work,
        env: onboarded(box),
        columns,
        rows: 60,
      });
      await terminal.shows(/for shortcuts|manual mode on/);
      for (const [turn, most] of refused.entries()) {
        if (turn === expires) vendor.seals[double.name]?.expire();
        const received = vendor.recorded.length;
        await enter(terminal, prompt);
        await waitUntil(
          async () => vendor.answers.length > turn || error.test(await terminal.screen()),
          () => `turn ${turn}: ${JSON.stringify(refusals(vendor.recorded))}`,
        );
        assert.doesNotMatch(await terminal.screen(), error);
        assert.doesNotMatch(await terminal.shows(new RegExp(vendor.answers[turn] ?? '')), error);
        const found = refusals(vendor.recorded.slice(received));
        assert.ok(found.length <= most, `turn ${turn}: ${JSON.stringify(found)}`);
      }
      if (output === undefined) assertNothingTold(box);
      else assert.ok(vendor.summaries() > 0, 'the client never compacted');
    });
  }
});
