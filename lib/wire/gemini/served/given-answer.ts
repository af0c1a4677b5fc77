/**
 * Reads the parts of an answer that the client returns. The pieces of a text become one text again, and a sealed signature
 * becomes the thinking that preceded its part (P10, P11).
 */
import type { Origin } from '../../../anthropic/provenance.ts';
import type { ContentBlock } from '../../../anthropic/request.ts';
import { toText, type JsonObject } from '../../../json.ts';
import { carry, placeholderSignature, type Place } from '../signatures.ts';
import type { CallIds } from './call-ids.ts';
import { at, field, objectField, textField, wrong } from './fields.ts';
import { toBlock, type Leave } from './given-parts.ts';
import { originIn } from './origin.ts';
import { unseal, type Seal } from './seal.ts';

interface GivenPart {
  value: JsonObject;
  path: string;
}

/** A part of its own, without text. */
const emptyPart: Place = { on: 'text', length: 0, after: 0 };

/** `turn` is the number of the message; derived ids contain it. */
export function answerBlocks(
  parts: readonly GivenPart[],
  turn: number,
  ids: CallIds,
  leave: Leave,
): ContentBlock[] {
  const blocks: ContentBlock[] = [];
  /** The thoughts since the last other part. A sealed signature holds the same ones, with their own signatures. */
  let thoughts: ContentBlock[] = [];

  /** The signature of a piece in the last text, which follows the whole text. */
  let held: { place: Place & { on: 'text' }; origin: Origin; signature: string } | undefined;

  function addText(text: string, seal: Seal | undefined): void {
    const last = blocks.at(-1);
    const continues =
      last?.type === 'text' && thoughts.length === 0 && text !== '' && seal?.kind !== 'blocks';
    if (!continues) {
      if (seal) begin(seal, text === '' ? emptyPart : { on: 'next', length: text.length });
      else flushThoughts();
      if (text !== '') blocks.push({ type: 'text', text });
      return;
    }
    blocks.splice(-1, 1, { type: 'text', text: `${toText(last['text'])}${text}` });
    if (held) held.place.after += text.length;
    const origin = seal && originIn(seal.origin);
    if (origin)
      held = { place: { on: 'text', length: text.length, after: 0 }, origin, signature: seal.signature };
  }

  function flushHeld(): void {
    if (!held) return;
    const { origin, place, signature } = held;
    held = undefined;
    blocks.push({ type: 'thinking', thinking: '', signature: carry(origin, place, signature) });
  }

  /** Adds what a sealed signature carries for the part that follows. */
  function begin(seal: Seal, place: Place): void {
    flushHeld();
    if (seal.kind === 'blocks') {
      thoughts = [];
      blocks.push(...seal.blocks);
      return;
    }
    flushThoughts();
    const origin = originIn(seal.origin);
    if (origin)
      blocks.push({ type: 'thinking', thinking: '', signature: carry(origin, place, seal.signature) });
  }

  function flushThoughts(): void {
    flushHeld();
    blocks.push(...thoughts);
    thoughts = [];
  }

  function addThought(text: string, seal: Seal | undefined): void {
    flushHeld();
    const last = thoughts.at(-1);
    const origin = seal?.kind === 'signature' ? originIn(seal.origin) : undefined;
    const words = `${last && last['signature'] === '' ? toText(last['thinking']) : ''}${text}`;
    const signature =
      seal?.kind === 'signature' && origin
        ? carry(origin, { on: 'thought', length: text.length }, seal.signature)
        : '';
    if (last && last['signature'] === '') thoughts.pop();
    if (words !== '' || signature !== '') thoughts.push({ type: 'thinking', thinking: words, signature });
  }

  for (const [n, { value: part, path }] of parts.entries()) {
    const seal = readSeal(part, path, leave);
    const call = objectField(part, 'functionCall', path);
    if (call) {
      const sealedId = seal?.kind === 'blocks' ? seal.call : undefined;
      const block = toCall(call, at(path, 'functionCall'), sealedId, `${turn}_${n}`, ids, leave);
      if (seal) begin(seal, { on: 'call', id: toText(block['id']) });
      else flushThoughts();
      blocks.push(block);
      continue;
    }
    if (field(part, 'thought') === true) {
      addThought(textField(part, 'text', path) ?? '', seal);
      continue;
    }
    if (objectField(part, 'functionResponse', path)) {
      throw wrong(at(path, 'functionResponse'), 'a response only in a content of the role user', {});
    }
    const block = toBlock(part, path, leave);
    if (block && block.type !== 'text') {
      flushThoughts();
      blocks.push(block);
    } else if (block || seal) addText(toText(block?.['text']), seal);
  }
  flushThoughts();
  return blocks;
}

/** A signature that occ did not seal is left out: nothing says who made it. */
function readSeal(part: JsonObject, path: string, leave: Leave): Seal | undefined {
  const signature = textField(part, 'thoughtSignature', path) ?? '';
  const seal = unseal(signature);
  if (!seal && signature !== '' && signature !== placeholderSignature)
    leave('contents.parts.thoughtSignature');
  return seal;
}

function toCall(
  call: JsonObject,
  path: string,
  sealedId: string | undefined,
  place: string,
  ids: CallIds,
  leave: Leave,
): ContentBlock {
  const name = textField(call, 'name', path) ?? '';
  if (name === '') throw wrong(at(path, 'name'), 'the name of a function', undefined);
  const input = objectField(call, 'args', path) ?? {};
  for (const other of ['partialArgs', 'willContinue'])
    if (field(call, other) !== undefined) leave(`contents.parts.functionCall.${other}`);
  const given = textField(call, 'id', path) ?? '';
  const id = ids.call(name, given === '' ? (sealedId ?? '') : given, place);
  return { type: 'tool_use', id, name, input };
}
