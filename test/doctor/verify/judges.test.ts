/** Tests the judges on answers made by hand: what an honest but unusual provider does is no lie, and each limit holds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estimateTokens } from '../../../lib/anthropic/estimate.ts';
import type { MessagesRequest } from '../../../lib/anthropic/request.ts';
import { invalidModel, type Answer, type Claims, type Evidence } from '../../../lib/doctor/verify/answer.ts';
import { noFacts, type Facts } from '../../../lib/doctor/verify/facts/facts.ts';
import { judgeAll, judges, scoreOf } from '../../../lib/doctor/verify/judges/judges.ts';
import { blame } from '../../../lib/doctor/verify/control.ts';
import { differences } from '../../../lib/doctor/verify/judges/differences.ts';
import { questions } from '../../../lib/doctor/verify/questions.ts';
import { drawValues } from '../../../lib/doctor/verify/values.ts';
import type { VerdictLevel } from '../../../lib/doctor/verify/verdict.ts';
import { seeded } from './verify-emulated.ts';

const values = drawValues(seeded(3));
const claims: Claims = { modelId: 'm', format: 'chat', images: true, reasons: true, caches: true };

/** The answer to a question; the request is the real one. */
function answer(name: string, facts: Partial<Facts> | undefined, more: Partial<Answer> = {}): Answer {
  const question = questions.find((one) => one.name === name);
  assert.ok(question, name);
  const request = { model: 'mine/m', ...question.ask(values) } as MessagesRequest;
  const side = { status: 200, headers: {}, chunks: [], ended: 'complete', endedMs: 0 } as const;
  return {
    exchange: { request, client: side, upstream: [{ ...side, url: '', sentMs: 0 }] },
    sent: { ...request } as unknown as Answer['sent'],
    refusedBefore: [],
    ...(facts && { facts: { ...noFacts(), finish: 'stop', ...facts } }),
    ...more,
  };
}

function verdict(
  code: string,
  answers: Readonly<Record<string, Partial<Facts> | Answer>>,
  own: Partial<Claims> = {},
): { level: VerdictLevel; summary: string } {
  const evidence: Evidence = {
    claims: { ...claims, ...own },
    values,
    answers: new Map(
      Object.entries(answers).map(([name, given]) => [
        name,
        'exchange' in given ? given : answer(name, given),
      ]),
    ),
  };
  const found = judgeAll(evidence).find((judged) => judged.code === code);
  assert.ok(found, code);
  return found;
}

const level = (...args: Parameters<typeof verdict>): VerdictLevel => verdict(...args).level;
const [one, two, three] = values.entries.map((entry) => entry.code) as [string, string, string];
const own = (name: string): number => estimateTokens(answer(name, {}).exchange.request);

test('the weights are 100 together, and codes are unique', () => {
  assert.equal(
    judges.reduce((sum, { weight }) => sum + weight, 0),
    100,
  );
  assert.equal(new Set(judges.map(({ code }) => code)).size, judges.length);
});

test('nothing is judged without answers, and there is no score', () => {
  const judged = judgeAll({ claims, values, answers: new Map() });
  assert.deepEqual(
    judged.filter(({ level: found }) => found !== 'unknown').map(({ code }) => code),
    [],
  );
  assert.equal(scoreOf(judged), undefined);
});

test('a doubt counts half, and what is unknown does not count', () => {
  const judged = (level: VerdictLevel, weight: number): Parameters<typeof scoreOf>[0][number] => ({
    code: level,
    title: level,
    weight,
    level,
    summary: '',
  });
  assert.equal(scoreOf([judged('honest', 3), judged('doubt', 2), judged('unknown', 50)]), 80);
  assert.equal(scoreOf([judged('honest', 1), judged('lie', 3), judged('info', 0)]), 25);
});

describe('text', () => {
  test('a friendly sentence around an answer is a doubt, the same one around several is a lie', () => {
    const around = (name: string): Partial<Facts> => ({ text: `Sure, here is it: ${name}` });
    assert.equal(level('additions', { repeat: { text: `"${values.sentence}"` } }), 'honest');
    assert.equal(level('additions', { repeat: around(values.sentence) }), 'doubt');
    assert.equal(level('additions', { repeat: around(values.sentence), system: around(values.code) }), 'lie');
    assert.equal(level('additions', { system: { text: `${values.code}\n\nwww.ads.example` } }), 'lie');
    const short = (text: string): Partial<Facts> => ({ text: `OK: ${text}` });
    assert.equal(level('additions', { repeat: short(values.sentence), system: short(values.code) }), 'doubt');
    assert.equal(level('additions', { system: { text: 'no idea' } }), 'unknown');
  });

  test('one entry that is missed once is a doubt, the same one missed twice is a cut', () => {
    const missed = { text: `unknown ${two} ${three}` };
    assert.equal(level('context', { context: { text: `${one} ${two} ${three}` } }), 'honest');
    assert.equal(level('context', { context: missed }), 'doubt');
    assert.equal(level('context', { context: missed, cached: { text: one } }), 'doubt');
    assert.equal(level('context', { context: missed, cached: { text: 'unknown' } }), 'lie');
    assert.equal(
      level('context', { context: { text: `${one} ${two}` }, 'cached-again': { text: 'unknown' } }),
      'lie',
    );
    assert.equal(level('context', { context: { text: 'I cannot help with that.' } }), 'doubt');
    // No cut leaves the middle alone.
    assert.equal(level('context', { context: { text: two }, cached: { text: 'unknown' } }), 'doubt');
    const usage = { input: Math.floor(own('context') / 3), output: 9, cached: 0, reasoning: 0 };
    assert.equal(level('context', { context: { ...missed, usage } }), 'lie');
  });

  test('a picture counts only where the model takes pictures, and in the right order', () => {
    const [left, right] = values.colours;
    assert.equal(level('pictures', { picture: { text: `${left}, ${right}.` } }), 'honest');
    assert.equal(level('pictures', { picture: { text: `${right} ${left}` } }), 'doubt');
    const other = ['red', 'green', 'blue', 'yellow'].find((colour) => !values.colours.includes(colour)) ?? '';
    assert.equal(level('pictures', { picture: { text: `${other} ${right}` } }), 'lie');
    assert.equal(level('pictures', { picture: { text: 'none' } }), 'lie');
    assert.equal(level('pictures', { picture: { text: 'none' } }, { images: false }), 'unknown');
  });
});

describe('tools', () => {
  const call = (input: unknown, id = 'a'): Partial<Facts> => ({
    calls: [{ id, name: 'record_order', json: JSON.stringify(input) }],
    finish: 'tools',
  });
  const [order] = values.orders;

  test('arguments', () => {
    assert.equal(level('tool-arguments', { order: call(order) }), 'honest');
    assert.equal(level('tool-arguments', { order: call({ ...order, weight: String(order.weight) }) }), 'lie');
    assert.equal(level('tool-arguments', { order: call({ ...order, weight: 7.5 }) }), 'doubt');
    const { note: _, ...short } = order;
    assert.equal(level('tool-arguments', { order: call(short) }), 'doubt');
    assert.equal(level('tool-arguments', { order: { text: 'I cannot.' } }), 'doubt');
    const half = { calls: [{ id: 'a', name: 'record_order', json: '{"id": 1' }] };
    assert.equal(level('tool-arguments', { order: { ...half, finish: 'tools' } }), 'lie');
    // Where the limit cut the answer, half of the arguments is what the client must expect.
    assert.notEqual(level('tool-arguments', { order: { ...half, finish: 'length' } }), 'lie');
  });

  test('differences', () => {
    const wanted = { a: { b: [1, 'two', { c: true }] }, d: null };
    assert.deepEqual(differences(wanted, structuredClone(wanted)), []);
    assert.deepEqual(differences(wanted, { a: { b: [1, 'tw', { c: 1 }], e: 0 } }), [
      { path: 'a.b[1]', kind: 'shortened' },
      { path: 'a.b[2].c', kind: 'type' },
      { path: 'a.e', kind: 'extra' },
      { path: 'd', kind: 'missing' },
    ]);
    assert.deepEqual(differences([1], [1, 2]), [{ path: 'the arguments', kind: 'extra' }]);
  });

  test('a choice that could not be forced is not judged', () => {
    const text = { text: 'Paris.' };
    assert.equal(level('tool-choice', { choice: text }), 'lie');
    const auto = { ...answer('choice', text), sent: { tool_choice: 'auto' } };
    assert.equal(level('tool-choice', { choice: auto }), 'unknown');
    assert.equal(level('tool-choice', { choice: { ...auto, sent: {} } }), 'unknown');
    const made = { calls: [{ id: 'a', name: 'take_note', json: '{}' }] };
    assert.equal(level('tool-choice', { choice: made }), 'honest');
  });

  test('ids that repeat in one answer are a lie, in several a doubt, and absent ones nothing', () => {
    const calls = (...ids: (string | undefined)[]): Partial<Facts> => ({
      calls: ids.map((id) => (id === undefined ? { name: 'n', json: '{}' } : { id, name: 'n', json: '{}' })),
    });
    assert.equal(level('tool-ids', { parallel: calls('a', 'b') }), 'honest');
    assert.equal(level('tool-ids', { parallel: calls('a', 'a') }), 'lie');
    assert.equal(level('tool-ids', { order: calls('a'), parallel: calls('b', 'a') }), 'doubt');
    assert.equal(level('tool-ids', { parallel: calls(undefined, undefined, '') }), 'unknown');
  });
});

describe('endings', () => {
  test('a stop sequence that is the last word is a doubt', () => {
    assert.equal(level('stop-sequences', { stop: { text: 'one, two, three, four, five, six, ' } }), 'honest');
    assert.equal(level('stop-sequences', { stop: { text: 'one, six, seven' } }), 'doubt');
    assert.equal(level('stop-sequences', { stop: { text: 'one, six, seven, eight' } }), 'lie');
    assert.equal(level('stop-sequences', { stop: { text: 'I would rather not.' } }), 'unknown');
    const unsent = { ...answer('stop', { text: 'six, seven, eight' }), sent: {} };
    assert.equal(level('stop-sequences', { stop: unsent }), 'unknown');
  });

  test('the limit has a margin for other tokenizers, and a model that thinks may say nothing', () => {
    const words = 'one, two, three, four, five, six, seven, eight, ';
    assert.equal(level('max-tokens', { cut: { text: words.repeat(4), finish: 'length' } }), 'honest');
    assert.equal(level('max-tokens', { cut: { text: words.repeat(12) } }), 'lie');
    assert.equal(level('finish', { cut: { text: words, finish: 'length' } }), 'honest');
    assert.equal(level('finish', { cut: { text: words, finish: 'stop' } }), 'lie');
    assert.equal(level('finish', { cut: { text: '', finish: 'length' } }), 'honest');
    assert.equal(level('finish', { cut: { text: 'one, … three hundred.', finish: 'stop' } }), 'honest');
  });

  test('a refusal of a model that does not exist is honest, and one without a status is not judged', () => {
    const refused = (status?: number): Answer =>
      answer(invalidModel, undefined, {
        refusal: { message: 'no such model', ...(status !== undefined && { status }) },
      });
    assert.equal(level('errors', { [invalidModel]: refused(404) }), 'honest');
    assert.equal(level('errors', { [invalidModel]: refused() }), 'unknown');
    assert.match(verdict('errors', { [invalidModel]: { text: '' } }).summary, /swallowed/);
    assert.match(verdict('errors', { [invalidModel]: { text: 'Hello there.' } }).summary, /another model/);
  });
});

describe('usage', () => {
  /** The counts of a provider whose tokenizer is `factor` times as fine as occ's, and that adds `extra` to each request. */
  const counts = (factor: number, extra = 0): Record<string, Partial<Facts>> =>
    Object.fromEntries(
      ['repeat', 'system', 'context', 'cached'].map((name, at) => [
        name,
        {
          text: 'x',
          usage: { input: Math.round(own(name) * factor) + extra, output: 5 + at, cached: 0, reasoning: 0 },
        },
      ]),
    );

  test('other tokenizers and a long prompt of the provider itself are honest', () => {
    for (const [factor, extra] of [
      [1, 0],
      [0.7, 0],
      [1.5, 0],
      [1, 9000],
    ] as const)
      assert.equal(level('usage', counts(factor, extra)), 'honest', `${factor} + ${extra}`);
    assert.equal(level('usage', counts(2.5)), 'lie');
    assert.equal(level('usage', counts(0.4)), 'lie');
  });

  test('no counts are a doubt, and few equal ones nothing', () => {
    assert.equal(level('usage', { repeat: { text: 'x' } }), 'doubt');
    const same = { text: 'x', usage: { input: 9, output: 9, cached: 0, reasoning: 0 } };
    assert.equal(level('usage', { repeat: same, system: same, choice: same }), 'honest');
    assert.equal(level('usage', { repeat: same, system: same, choice: same, cut: same }), 'lie');
    const alike = Object.values(counts(1)).map(({ usage }) => ({
      text: 'x',
      usage: { ...usage, output: 9 },
    }));
    const [a, b, c, d] = alike as [Facts, Facts, Facts, Facts];
    const answers = { repeat: a, system: b, context: c, cached: d };
    assert.equal(level('usage', answers), 'honest', 'four short answers of the same length');
    assert.equal(level('usage', { ...answers, repeat: { ...a, text: 'word '.repeat(90) } }), 'lie');
  });

  test('output is compared with all that came; hidden thinking is counted where it is reported', () => {
    const text = 'one, two, three, four, '.repeat(60);
    const usage = (output: number, reasoning = 0): Record<string, Partial<Facts>> => ({
      count: { text, usage: { input: 50, output, cached: 0, reasoning } },
    });
    assert.equal(level('usage', usage(450)), 'honest');
    assert.equal(level('usage', usage(2450, 2000)), 'honest');
    assert.equal(level('usage', usage(2450)), 'doubt');
    assert.equal(level('usage', usage(2450), { reasons: false }), 'lie');
    assert.equal(level('usage', usage(20)), 'lie');
  });

  test('cache hits', () => {
    const hit = (cached: number, input = own('cached')): Partial<Facts> => ({
      text: one,
      usage: { input, output: 5, cached, reasoning: 0 },
    });
    assert.equal(level('cache', { context: hit(0), cached: hit(5000) }), 'honest');
    assert.equal(level('cache', { context: hit(0), cached: hit(0), 'cached-again': hit(4000) }), 'honest');
    assert.equal(level('cache', { context: hit(0), cached: hit(0) }), 'doubt');
    assert.equal(level('cache', { context: hit(0), cached: hit(0) }, { caches: false }), 'unknown');
    assert.equal(level('cache', { context: hit(9000), cached: hit(9000) }), 'doubt');
    assert.equal(level('cache', { cached: hit(200, 100) }), 'lie');
    assert.equal(level('cache', { cached: hit(90_000, 95_000) }), 'lie');
  });
});

describe('stream', () => {
  const pieces = (count: number, firstMs: number, spanMs: number, characters = 20): Partial<Facts> => ({
    text: 'x'.repeat(count * characters),
    pieces: Array.from({ length: count }, (_, at) => ({
      atMs: firstMs + (spanMs * at) / Math.max(1, count - 1),
      characters,
    })),
  });

  test('a fast provider behind a queue streams, one that sends all at once does not', () => {
    assert.equal(level('stream', { count: pieces(60, 500, 6000) }), 'honest');
    // 300 tokens in 120 ms after eight seconds in a queue: the fastest that there is.
    assert.equal(level('stream', { count: pieces(60, 8000, 120), repeat: pieces(2, 900, 9) }), 'honest');
    assert.equal(level('stream', { count: pieces(60, 8000, 3), repeat: pieces(2, 900, 9) }), 'lie');
    // A short answer took as long: that is no sign that the long one was kept back.
    assert.equal(level('stream', { count: pieces(60, 8000, 3), repeat: pieces(2, 7900, 0) }), 'doubt');
    assert.equal(level('stream', { count: pieces(60, 20, 3) }), 'honest', 'a server on this machine');
  });

  test('a few large pieces are a stream, one is none', () => {
    assert.equal(level('stream', { count: pieces(4, 900, 900, 300) }), 'honest');
    assert.equal(level('stream', { count: pieces(1, 900, 0, 1200) }), 'lie');
    assert.equal(level('stream', { count: pieces(2, 900, 9, 20) }), 'unknown');
  });
});

describe('thinking', () => {
  const usage = { input: 20, output: 300, cached: 0, reasoning: 250 };
  const second = { text: '287' };
  const asked = (facts: Partial<Facts>): Answer => ({
    ...answer('thinking', facts),
    sent: { thinking: { type: 'enabled' } },
  });

  test('thinking that is only counted is thinking', () => {
    assert.equal(level('thinking', { thinking: asked({ text: '259', usage }), thought: second }), 'honest');
    assert.equal(level('thinking', { thinking: asked({ thinking: '37 × 7' }), thought: second }), 'honest');
    assert.equal(level('thinking', { thinking: asked({ text: '259' }), thought: second }), 'doubt');
    assert.equal(level('thinking', { thinking: asked({ text: '259' }) }, { reasons: false }), 'unknown');
  });

  test('a refusal that the first turn got, too, is not about the thinking', () => {
    const refused = [{ status: 400, message: 'temperature is not supported' }];
    const first = { ...asked({ thinking: '37 × 7' }), refusedBefore: refused };
    const again = { ...answer('thought', second), refusedBefore: refused };
    assert.equal(level('thinking', { thinking: first, thought: again }), 'honest');
    assert.equal(level('thinking', { thinking: asked({ thinking: '37 × 7' }), thought: again }), 'lie');
  });
});

test('a model with another name is information, and never a lie', () => {
  const other = verdict('model-id', { repeat: { model: 'qwen3-max' } }, { modelId: 'kimi-k3' });
  assert.equal(other.level, 'info');
  assert.match(other.summary, /another model/);
  const dated = verdict('model-id', { repeat: { model: 'kimi-k3-20261101' } }, { modelId: 'kimi-k3' });
  assert.doesNotMatch(dated.summary, /another model/);
});

test('what the emulator shows as well is the fault of occ, and nothing else is', () => {
  const judged = (code: string, found: VerdictLevel): Parameters<typeof blame>[0][number] => ({
    code,
    title: code,
    weight: 1,
    level: found,
    summary: 'it was so',
  });
  const control = [judged('usage', 'lie'), judged('cache', 'honest'), judged('stream', 'doubt')];
  const provider = [judged('usage', 'lie'), judged('cache', 'doubt'), judged('stream', 'honest')];
  assert.deepEqual(
    blame(provider, control).map(({ fault, summary }) => [fault, summary.includes('emulator')]),
    [
      ['occ', true],
      [undefined, false],
      [undefined, false],
    ],
  );
  assert.deepEqual(blame(provider, []), provider);
});
