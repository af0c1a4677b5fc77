/** Compares the content of a client's request with the content of the request that an upstream received. */
import assert from 'node:assert/strict';
import type { RequestContent, ContentEntry } from './client-content.ts';
import type { Format } from './turns.ts';

/** The formats that send thinking of other origins as text; the others leave it out. */
const sendsThinking: ReadonlySet<Format> = new Set(['chat', 'messages']);

/** Fails unless `actual` has all of `expected`, once and in order. A model without `vision` gets notes for media. */
export function assertSameContent(
  format: Format,
  client: RequestContent,
  upstream: RequestContent,
  vision: boolean,
): void {
  assert.deepEqual(upstream.tools, client.tools, 'tools');
  assert.deepEqual(upstream.stops, format === 'responses' ? [] : client.stops, 'stop words');
  assert.deepEqual(upstream.answer, client.answer, 'the form of the answer');
  const sent = client.entries.filter(({ who }) => who !== 'thinking' || sendsThinking.has(format));
  const expected = format === 'chat' ? textsFirst(sent) : sent;
  for (const who of ['call', 'result', 'media', 'thinking'] as const)
    assert.deepEqual(
      upstream.entries.filter((one) => one.who === who).length,
      expected.filter((one) => one.who === who).length,
      `as many of ${who}`,
    );
  /** The upstream's ids by the client's ids; only ids that break the upstream's rules may differ. */
  const ids = new Map<string, string>();
  let [at, offset] = [0, 0];
  for (const one of expected) {
    const from = at;
    for (let place = -1; ; at++, offset = 0) {
      const actual = upstream.entries[at];
      assert.ok(actual, `${format}: not after entry ${from}: ${JSON.stringify(one).slice(0, 300)}`);
      place = placeOf(one, actual, offset, vision, ids);
      if (place < 0) continue;
      offset = place;
      break;
    }
  }
}

/** The order in a chat message: its text comes before its calls. */
function textsFirst(entries: readonly ContentEntry[]): ContentEntry[] {
  const sorted: ContentEntry[] = [];
  const calls: ContentEntry[] = [];
  for (const one of entries) {
    if (one.who === 'call') calls.push(one);
    else {
      if (one.who !== 'assistant') sorted.push(...calls.splice(0));
      sorted.push(one);
    }
  }
  return [...sorted, ...calls];
}

/** The position in `actual` where `expected` ends; -1 if `actual` does not contain it. */
function placeOf(
  expected: ContentEntry,
  actual: ContentEntry,
  offset: number,
  vision: boolean,
  ids: Map<string, string>,
): number {
  if ('text' in expected && expected.who !== 'result') {
    // A system message in mid-conversation may be sent as user text.
    const same = actual.who === expected.who || (expected.who === 'system' && actual.who === 'user');
    if (!same || !('text' in actual)) return -1;
    const found = actual.text.indexOf(expected.text, offset);
    return found < 0 ? -1 : found + expected.text.length;
  }
  if (offset > 0 || actual.who !== expected.who) return -1;
  if (expected.who === 'media' && actual.who === 'media') {
    const note = /^\[(?:image|document)[^\]]*not shown/.test(actual.data);
    const shown = actual.data === expected.data;
    return shown || (note && (!vision || expected.data.startsWith('JVBER'))) ? 1 : -1;
  }
  if (expected.who === 'call' && actual.who === 'call') {
    assert.deepEqual([actual.name, actual.input], [expected.name, expected.input], 'the next call');
    assert.match(actual.id, /^[A-Za-z0-9_-]{1,64}$/);
    if (/^[A-Za-z0-9_-]{1,64}$/.test(expected.id)) assert.equal(actual.id, expected.id);
    ids.set(expected.id, actual.id);
    return 1;
  }
  if (expected.who !== 'result' || actual.who !== 'result') return -1;
  assert.equal(actual.id, ids.get(expected.id), 'the next result');
  assert.ok(
    actual.text.includes(expected.text),
    `the result of ${expected.id}: ${expected.text.slice(0, 200)}`,
  );
  assert.equal(actual.failed, expected.failed, `whether ${expected.id} failed`);
  return 1;
}
