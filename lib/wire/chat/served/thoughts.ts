/**
 * Reasoning on its way to a client and home. A client sees its text in `reasoning_content`. Signatures, and what else an
 * upstream wants back (P10, P11), travel in `reasoning_details`, as a client of OpenRouter returns them: one entry for each
 * thinking block, which also says where the block stood, because a message has one text, one reasoning and one list of calls.
 */
import { readSignature } from '../../../anthropic/provenance.ts';
import type { AnswerBlock } from '../../../anthropic/events.ts';
import type { ContentBlock } from '../../../anthropic/request.ts';
import { isObject, toArray, toText, type Json, type JsonObject } from '../../../json.ts';

/** A thinking block, and its place: after this many characters of the text and this many calls. */
export interface Thought {
  text: number;
  calls: number;
  /** Characters of its own in the reasoning. */
  length: number;
  /** Of a thinking block; else `data` is set. */
  signature: string;
  /** Of a `redacted_thinking` block. */
  data?: string;
}

const sealed = /^occ-(thinking|redacted)\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.([^]*)$/;

/** The entry of `reasoning_details` for a thought. It has no text, which `reasoning_content` has already. */
export function toDetail({ text, calls, length, signature, data }: Thought, index: number): JsonObject {
  const place = `${text}.${calls}.${length}`;
  if (data !== undefined)
    return { type: 'reasoning.encrypted', data: `occ-redacted.${place}.${data}`, index };
  return { type: 'reasoning.text', text: '', signature: `occ-thinking.${place}.${signature}`, index };
}

/** The thought in an entry that `toDetail` made; undefined for any other. */
function toThought(detail: Json): Thought | undefined {
  if (!isObject(detail)) return undefined;
  const [, kind, text, calls, length, payload = ''] =
    sealed.exec(toText(detail['signature']) || toText(detail['data'])) ?? [];
  if (kind === undefined) return undefined;
  const place = { text: Number(text), calls: Number(calls), length: Number(length) };
  return kind === 'redacted' ? { ...place, signature: '', data: payload } : { ...place, signature: payload };
}

/** The thoughts that occ gave to the client with the message. A client may repeat an entry. */
export function thoughtsIn(message: JsonObject): Thought[] {
  const seen = new Set<string>();
  return toArray(message['reasoning_details']).flatMap((detail) => {
    const thought = toThought(detail);
    const key = JSON.stringify(detail);
    if (!thought || seen.has(key)) return [];
    seen.add(key);
    return [thought];
  });
}

/** The thinking block with its part of the reasoning. */
export function toBlock(thought: Thought, reasoning: string): ContentBlock {
  if (thought.data !== undefined) return { type: 'redacted_thinking', data: thought.data };
  return { type: 'thinking', thinking: reasoning, signature: thought.signature };
}

/**
 * The thoughts of a message, each with its part of the reasoning. If the client has changed the reasoning, all of it belongs
 * to the first one, and Claude's own signatures, which are valid for their text only, are left out.
 */
export function withReasoning(thoughts: readonly Thought[], reasoning: string): [Thought, string][] {
  const total = thoughts.reduce((sum, { length }) => sum + length, 0);
  if (total === reasoning.length) {
    let at = 0;
    return thoughts.map((thought) => [thought, reasoning.slice(at, (at += thought.length))]);
  }
  const first = thoughts.findIndex(({ length }) => length > 0);
  const kept = thoughts.flatMap((thought, at): [Thought, string][] => {
    const isTagged = readSignature(thought.signature) !== undefined;
    if (at === first) return [[isTagged ? thought : { ...thought, signature: '' }, reasoning]];
    return isTagged || thought.data !== undefined ? [[thought, '']] : [];
  });
  return first >= 0 || reasoning === '' ? kept : [[unsigned, reasoning], ...kept];
}

const unsigned: Thought = { text: 0, calls: 0, length: 0, signature: '' };

/** Collects the thoughts of an answer, block by block. */
export interface Thoughts {
  open(block: AnswerBlock, place: { text: number; calls: number }): void;
  grow(characters: number): void;
  sign(signature: string): void;
  /** The entries that the client does not have yet. */
  take(): JsonObject[];
}

export function thoughts(): Thoughts {
  const all: Thought[] = [];
  let taken = 0;
  return {
    open({ type, data, signature = '' }, place) {
      if (type === 'redacted_thinking') all.push({ ...place, length: 0, signature: '', data: toText(data) });
      else if (type === 'thinking') all.push({ ...place, length: 0, signature: toText(signature) });
    },
    grow(characters) {
      const last = all.at(-1);
      if (last) last.length += characters;
    },
    sign(signature) {
      const last = all.at(-1);
      if (last) last.signature = signature;
    },
    take() {
      const details = all.slice(taken).map((thought, at) => toDetail(thought, taken + at));
      taken = all.length;
      return details;
    },
  };
}
