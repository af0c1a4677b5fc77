/** Whether an upstream understood what a client meant: all of it, in its order, and nothing twice. */
import assert from 'node:assert/strict';
import type { RequestContent, ContentEntry } from './client-content.ts';
import type { Format } from './turns.ts';

/** Foreign thinking is text to these two, and nothing to the others. */
const takesThinking: ReadonlySet<Format> = new Set(['chat', 'messages']);

/** Fails unless everything that was meant was understood; a model without `vision` is told what it cannot see. */
export function assertSameContent(
  format: Format,
  meant: RequestContent,
  understood: RequestContent,
  vision: boolean,
): void {
  assert.deepEqual(understood.tools, meant.tools, 'tools');
  assert.deepEqual(understood.stops, format === 'responses' ? [] : meant.stops, 'stop words');
  assert.deepEqual(understood.answer, meant.answer, 'the form of the answer');
  const told = meant.said.filter(({ who }) => who !== 'thinking' || takesThinking.has(format));
  const expected = format === 'chat' ? textsFirst(told) : told;
  for (const who of ['call', 'result', 'media', 'thinking'] as const)
    assert.deepEqual(
      understood.said.filter((one) => one.who === who).length,
      expected.filter((one) => one.who === who).length,
      `as many of ${who}`,
    );
  /** The ids of calls as the upstream knows them: only those that break its rules may differ. */
  const ids = new Map<string, string>();
  let [at, offset] = [0, 0];
  for (const one of expected) {
    const from = at;
    for (let place = -1; ; at++, offset = 0) {
      const there = understood.said[at];
      assert.ok(there, `${format}: not behind entry ${from}: ${JSON.stringify(one).slice(0, 300)}`);
      place = placeOf(one, there, offset, vision, ids);
      if (place < 0) continue;
      offset = place;
      break;
    }
  }
}

/** A chat message has one place for its text, before its calls. */
function textsFirst(said: readonly ContentEntry[]): ContentEntry[] {
  const sorted: ContentEntry[] = [];
  const calls: ContentEntry[] = [];
  for (const one of said) {
    if (one.who === 'call') calls.push(one);
    else {
      if (one.who !== 'assistant') sorted.push(...calls.splice(0));
      sorted.push(one);
    }
  }
  return [...sorted, ...calls];
}

/** Where in `there` what is meant ends; -1 where it is not there. */
function placeOf(
  meant: ContentEntry,
  there: ContentEntry,
  offset: number,
  vision: boolean,
  ids: Map<string, string>,
): number {
  if ('text' in meant && meant.who !== 'result') {
    // A system message in mid-conversation may have to be told in the user's name.
    const same = there.who === meant.who || (meant.who === 'system' && there.who === 'user');
    if (!same || !('text' in there)) return -1;
    const found = there.text.indexOf(meant.text, offset);
    return found < 0 ? -1 : found + meant.text.length;
  }
  if (offset > 0 || there.who !== meant.who) return -1;
  if (meant.who === 'media' && there.who === 'media') {
    const note = /^\[(?:image|document)[^\]]*not shown/.test(there.data);
    const shown = there.data === meant.data;
    return shown || (note && (!vision || meant.data.startsWith('JVBER'))) ? 1 : -1;
  }
  if (meant.who === 'call' && there.who === 'call') {
    assert.deepEqual([there.name, there.input], [meant.name, meant.input], 'the next call');
    assert.match(there.id, /^[A-Za-z0-9_-]{1,64}$/);
    if (/^[A-Za-z0-9_-]{1,64}$/.test(meant.id)) assert.equal(there.id, meant.id);
    ids.set(meant.id, there.id);
    return 1;
  }
  if (meant.who !== 'result' || there.who !== 'result') return -1;
  assert.equal(there.id, ids.get(meant.id), 'the next result');
  assert.ok(there.text.includes(meant.text), `the result of ${meant.id}: ${meant.text.slice(0, 200)}`);
  assert.equal(there.failed, meant.failed, `whether ${meant.id} failed`);
  return 1;
}
