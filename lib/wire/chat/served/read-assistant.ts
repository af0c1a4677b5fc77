/** Reads a message of the assistant: its text, its calls, and the reasoning that returns with it. */
import { tagAttachment, tagSignature } from '../../../anthropic/provenance.ts';
import type { ContentBlock } from '../../../anthropic/request.ts';
import { isObject, parseJson, toArray, toText, type Json, type JsonObject } from '../../../json.ts';
import { messageFields, outputFields } from '../delta.ts';
import { reasoningText } from '../reasoning.ts';
import { readTexts } from './read-content.ts';
import { customInput } from './read-tools.ts';
import { sealedBy, toOrigin, unseal } from './seals.ts';
import { isAbsent, listAt, nameAt, objectAt, textAt, wrong } from './shape.ts';
import { thoughtsIn, toBlock, withReasoning } from './thoughts.ts';

/** The id of the call in `function_call`, which has none; `at` is the position of its message. */
export function legacyId(at: number): string {
  return `call_function_${at}`;
}

/** The blocks of the message at `messages[at]`, in the order in which the model made them as far as the message tells. */
export function readAssistant(message: JsonObject, at: number): ContentBlock[] {
  const param = `messages[${at}]`;
  const texts = readTexts(message['content'], `${param}.content`).filter(({ text }) => text !== '');
  const refusal = message['refusal'];
  if (!isAbsent(refusal) && textAt(refusal, `${param}.refusal`) !== '')
    texts.push({ type: 'text', text: toText(refusal) });
  const calls = readCalls(message, at);
  const thoughts = thoughtsIn(message);
  const reasoning = reasoningText(message);
  if (thoughts.length === 0)
    return [...ownReasoning(message, reasoning), ...texts, ...calls.flatMap(({ blocks }) => blocks)];
  return inPlaces(withReasoning(thoughts, reasoning), texts, calls);
}

interface ReadCall {
  /** The call, after what the upstream attached to it. */
  blocks: ContentBlock[];
}

/** Puts each thinking block back in its place. Thoughts of one place keep their order. */
function inPlaces(
  thoughts: ReturnType<typeof withReasoning>,
  texts: ContentBlock[],
  calls: readonly ReadCall[],
): ContentBlock[] {
  const blocks: ContentBlock[] = [];
  const whole = texts.map((block) => toText(block['text'])).join('');
  let text = 0;
  let call = 0;
  const fill = (textTo: number, callTo: number): void => {
    const piece = whole.slice(text, textTo);
    if (piece !== '') blocks.push({ type: 'text', text: piece });
    text = Math.max(text, textTo);
    for (const { blocks: made } of calls.slice(call, callTo)) blocks.push(...made);
    call = Math.max(call, callTo);
  };
  for (const [thought, reasoning] of thoughts) {
    fill(thought.text, thought.calls);
    blocks.push(toBlock(thought, reasoning));
  }
  fill(whole.length, calls.length);
  return blocks;
}

/** Reasoning that an upstream of this format made, with what it wants back; without a seal, its text alone. */
function ownReasoning(message: JsonObject, reasoning: string): ContentBlock[] {
  const blocks: ContentBlock[] = [];
  const details = toArray(message['reasoning_details']);
  const by = sealedBy(details);
  const signature = by === undefined ? '' : tagSignature(toOrigin(by), JSON.stringify(unseal(details)));
  // A blank one stands for reasoning that is missing (`quirks.reasoningPlaceholder`).
  if (reasoning.trim() !== '' || signature !== '')
    blocks.push({ type: 'thinking', thinking: reasoning, signature });
  const attached = attachedTo(message, knownFields);
  const origin = sealedBy(attached);
  if (origin !== undefined) {
    const payload = JSON.stringify({ message: unseal(attached) });
    blocks.push({ type: 'thinking', thinking: '', signature: tagAttachment(toOrigin(origin), payload) });
  }
  return blocks;
}

const knownFields: ReadonlySet<string> = new Set([...messageFields, ...outputFields]);

const callFields: ReadonlySet<string> = new Set([
  'id',
  'index',
  'type',
  'function',
  'custom',
  'name',
  'arguments',
  // Of OpenAI's SDK.
  'parsed_arguments',
]);

function attachedTo(object: JsonObject, known: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !known.has(name)));
}

function readCalls(message: JsonObject, at: number): ReadCall[] {
  const param = `messages[${at}].tool_calls`;
  const given = message['tool_calls'];
  const calls = isAbsent(given)
    ? []
    : listAt(given, param).map((entry, n) => readCall(objectAt(entry, `${param}[${n}]`), `${param}[${n}]`));
  const legacy = message['function_call'];
  if (isAbsent(legacy)) return calls;
  const path = `messages[${at}].function_call`;
  const called = objectAt(legacy, path);
  const name = nameAt(called['name'], `${path}.name`);
  const input = toInput(called['arguments'], `${path}.arguments`);
  return [...calls, { blocks: [{ type: 'tool_use', id: legacyId(at), name, input }] }];
}

function readCall(call: JsonObject, param: string): ReadCall {
  const id = nameAt(call['id'], `${param}.id`);
  if (call['type'] === 'custom') {
    const custom = objectAt(call['custom'], `${param}.custom`);
    const input = { [customInput]: textAt(custom['input'] ?? '', `${param}.custom.input`) };
    const name = nameAt(custom['name'], `${param}.custom.name`);
    return { blocks: [{ type: 'tool_use', id, name, input }] };
  }
  const called = objectAt(call['function'], `${param}.function`);
  const name = nameAt(called['name'], `${param}.function.name`);
  const input = toInput(called['arguments'], `${param}.function.arguments`);
  return { blocks: [...attachment(id, call, called), { type: 'tool_use', id, name, input }] };
}

/** The block that carries what an upstream attached to the call, for that upstream (P11). */
function attachment(id: string, call: JsonObject, called: JsonObject): ContentBlock[] {
  const attached = { outer: attachedTo(call, callFields), inner: attachedTo(called, callFields) };
  const origin = sealedBy(attached);
  if (origin === undefined) return [];
  const outer = unseal(attached.outer);
  const payload = JSON.stringify({ call: id, outer, inner: unseal(attached.inner) });
  return [{ type: 'thinking', thinking: '', signature: tagAttachment(toOrigin(origin), payload) }];
}

/**
 * Arguments as an object, or as their text if that is not the text of an object, or says more than the object (numbers of
 * more digits than JavaScript keeps).
 */
function toInput(given: Json | undefined, param: string): unknown {
  if (isAbsent(given)) return {};
  if (isObject(given)) return given;
  const text = typeof given === 'string' ? given : wrong(param, 'the text of a JSON object', given);
  if (text.trim() === '') return {};
  const parsed = parseJson(text);
  return isObject(parsed) && !/\d{16}/.test(text) ? parsed : text;
}
