/** Checks the requests of an upstream in a conversation that several upstreams take part in (P9, P10). */
import assert from 'node:assert/strict';
import type { JsonObject } from '../../../lib/json.ts';
import { readTurns, type SentTurn } from './readers.ts';
import type { Part, Upstream } from './upstreams.ts';

/** A turn that an upstream made. */
export interface MadeTurn {
  by: Upstream;
  parts: Part[];
}

/** Google's documented signature for calls of other models. */
const placeholderSignature = 'skip_thought_signature_validator';
/** The longest id and the characters that all of these upstreams accept. */
const maxIdLength = 64;
const plainId = /^[A-Za-z0-9_-]+$/;

/** Checks the requests of one conversation, and that an id does not change from turn to turn. */
export function requestChecker(): (to: Upstream, body: JsonObject, made: readonly MadeTurn[]) => void {
  const seen = new Map<string, string>();

  function checkStable(to: Upstream, place: string, id: string): void {
    const key = `${to.name} ${place}`;
    assert.equal(id, seen.get(key) ?? id, `the id of call ${place} has changed`);
    seen.set(key, id);
  }

  return (to, body, made) => {
    const format = to.entry.wire_format ?? 'chat';
    checkForeignSignatures(to, JSON.stringify(body), made);
    const turns = readTurns(format, body);
    assert.equal(turns.length, made.length, 'a turn is missing, or one too many');
    const ids = new Set<string>();
    for (const [at, turn] of turns.entries()) {
      const { by, parts } = made[at] as MadeTurn;
      const own = by.name === to.name;
      const where = `turn ${at + 1}, of ${by.name}`;
      assert.deepEqual(
        withoutIds(turn.parts),
        withoutIds(own ? ownParts(to, parts) : foreignParts(to, parts)),
        where,
      );
      if (to.entry.quirks?.replayReasoning === 'always')
        assert.equal(turn.reasoning, reasoningOf(parts), where);
      const calls = turn.parts.filter((one) => one.type === 'call');
      assert.deepEqual(
        turn.results,
        calls.map(({ id, args }) => ({ id, text: resultOf(args) })),
        where,
      );
      for (const [n, { id }] of calls.entries()) {
        // Calls without ids are matched by their order.
        assert(id === '' || !ids.has(id), `${where}: the id ${id} stands twice`);
        ids.add(id);
        checkStable(to, `${at + 1}.${n}`, id);
        checkId(id, own ? originalsOf(parts)[n] : undefined, where);
      }
    }
  };
}

function checkForeignSignatures(to: Upstream, text: string, made: readonly MadeTurn[]): void {
  assert.doesNotMatch(text, /occ[0-9][._]|announced==/, 'a tag of our own reached an upstream');
  for (const { by, parts } of made) {
    if (by.name === to.name) continue;
    for (const { signature } of parts.filter((one) => 'signature' in one) as { signature?: string }[])
      assert(signature === undefined || !text.includes(signature), `${signature} was made elsewhere`);
  }
}

function checkId(id: string, original: string | undefined, where: string): void {
  // An upstream gets its own ids back exactly, also those that are too long for others.
  if (original) return assert.equal(id, original, `${where}: an id came home as another`);
  // A call that had none may return without one.
  if (original === '' && id === '') return;
  assert.match(id, plainId, `${where}: ${id}`);
  assert(id.length <= maxIdLength, `${where}: ${id} is longer than ${maxIdLength}`);
}

function originalsOf(parts: readonly Part[]): string[] {
  return parts.filter((one) => one.type === 'call').map(({ id }) => id);
}

/** The expected parts of the upstream's own turn: everything; unsigned thinking only if the upstream accepts it. */
function ownParts(to: Upstream, parts: readonly Part[]): Part[] {
  return parts.flatMap((one): Part[] => {
    if (one.type !== 'thought' || one.signature !== undefined) return [one];
    return to.entry.quirks?.unsignedThinking ? [{ ...one, signature: '' }] : [];
  });
}

/** The expected parts of another upstream's turn: no signatures, joined texts; thinking only if it is accepted unsigned. */
function foreignParts(to: Upstream, parts: readonly Part[]): Part[] {
  let first = true;
  const sent = parts.flatMap((one): Part[] => {
    if (one.type === 'thought')
      return to.entry.quirks?.unsignedThinking && one.text !== '' ? [{ ...one, signature: '' }] : [];
    const { signature: _signature, ...bare } = one;
    if (bare.type !== 'call') return [bare];
    const needsSignature = first && to.entry.quirks?.signedCalls;
    first = false;
    return [{ ...bare, ...(needsSignature && { signature: placeholderSignature }) }];
  });
  const joined: Part[] = [];
  for (const one of sent) {
    const last = joined.at(-1);
    if (last?.type === 'text' && one.type === 'text')
      joined.splice(-1, 1, { ...last, text: last.text + one.text });
    else joined.push(one);
  }
  return joined;
}

/** The turn's thinking as one text; a space if it has none. */
function reasoningOf(parts: readonly Part[]): string {
  return parts.map((one) => (one.type === 'thought' ? one.text : '')).join('') || ' ';
}

function resultOf(args: object): string {
  return `read ${(args as { file_path: string }).file_path}`;
}

function withoutIds(parts: SentTurn['parts']): object[] {
  return parts.map((one) => (one.type === 'call' ? { ...one, id: '' } : one));
}
