/**
 * Decodes function calls. A call usually arrives whole in one part, with an object as its arguments. Some servers send it
 * field by field over several parts, with arguments as a string, without an id, or twice. Others send the name with empty
 * arguments first and the arguments in a later part without a name (smallmain/vscode-unify-chat-provider#48), so a call
 * without arguments is complete only at the end of the answer.
 */
import type { Remark } from '../../anthropic/events.ts';
import { derivedToolId } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { toArray, toText, type JsonObject } from '../../json.ts';
import { isEmptyObject, joinObjects, partialArguments, type PartialArguments } from './partial-args.ts';

export interface CallOptions {
  messageId: string;
  /** Maps the upstream's id of a call to the client's (P9). */
  toClientId: (id: string) => string;
  /** Returns the client's name for a tool (L6). */
  toClient: (name: string) => string;
  emit: (remark: Remark) => void;
  /** Receives the signature of the call with this id, before the call begins or, if it arrives late, after the call. */
  onSignature: (id: string, signature: string) => void;
  /** Is called before the call with this id begins. */
  onBegin: (id: string) => void;
}

export interface Calls {
  /** Takes one `functionCall`; `raw` is the JSON text of its `args`. */
  take(call: JsonObject, raw: string | undefined, signature: string): void;
  /**
   * Writes the calls that are still incomplete. Returns true if there were arguments that belong to no call, or not
   * clearly to one; the calls that wait for arguments are not completed then.
   */
  end(): boolean;
  /** Number of calls so far. */
  count(): number;
  /** Characters of arguments that are held until their call is complete. */
  held(): number;
}

interface PartialCall {
  key: string;
  /** The upstream's id. */
  id: string;
  /** The id that the client gets. */
  clientId: string;
  name: string;
  args: PartialArguments;
  /** JSON objects with arguments, beside those in `args`. */
  texts: string[];
  /** The signature, if it came after the first piece. */
  signature: string;
}

/** A call without arguments so far. */
interface WaitingCall {
  key: string;
  id: string;
  clientId: string;
  name: string;
  /** The empty arguments as they came. */
  text: string;
  filled: boolean;
}

export function calls(
  writer: Writer,
  { messageId, toClientId, toClient, emit, onSignature, onBegin }: CallOptions,
): Calls {
  const ids = new Set<string>();
  /** Complete calls by the upstream's id, to recognize repeated ones. */
  const known = new Map<string, string>();
  let count = 0;
  let partial: PartialCall | undefined;
  const waiting: WaitingCall[] = [];
  /** Those with an id; an answer may have thousands. */
  const byId = new Map<string, WaitingCall[]>();
  /** Every waiting call before this one is filled. */
  let firstOpen = 0;
  let textLength = 0;
  let unnamed = false;

  function take(fields: JsonObject, raw: string | undefined, signature: string): void {
    const name = toText(fields['name']);
    const id = toText(fields['id']);
    const pieces = toArray(fields['partialArgs']);
    const more = fields['willContinue'] === true;
    const text =
      toText(fields['args']) || (fields['args'] && typeof fields['args'] !== 'string' ? (raw ?? '') : '');
    const isGiven = pieces.length > 0 || !isEmptyObject(text);
    if (partial && isPieceOf(partial, id, name, isGiven)) {
      partial.args.add(pieces);
      if (!isEmptyObject(text)) {
        partial.texts.push(text);
        textLength += text.length;
      }
      partial.signature ||= signature;
      if (!more) finish(true);
      return;
    }
    finish(false);
    const late = more || pieces.length > 0 || !isGiven ? undefined : findWaiting(id, name);
    if (late) return fill(late, text, signature);
    if (name === '') {
      // A call without name and arguments is ignored.
      unnamed ||= isGiven;
      return;
    }
    if (!more && pieces.length === 0) return whole(id, name, text, signature);
    const begun = begin(id, name, signature);
    const texts = isEmptyObject(text) ? [] : [text];
    partial = { ...begun, id, name, args: partialArguments(), texts, signature: '' };
    textLength = texts[0]?.length ?? 0;
    partial.args.add(pieces);
    if (!more) finish(true);
  }

  /** The call that arguments without a name belong to, or that `name` repeats: by its id, else the first that waits. */
  function findWaiting(id: string, name: string): WaitingCall | undefined {
    if (id !== '') return byId.get(id)?.find((call) => !call.filled && (name === '' || call.name === name));
    if (name !== '') return undefined;
    while (waiting[firstOpen]?.filled) firstOpen++;
    return waiting[firstOpen];
  }

  function fill(call: WaitingCall, text: string, signature: string): void {
    call.filled = true;
    writer.delta(call.key, { type: 'input_json_delta', partial_json: text });
    if (signature !== '') onSignature(call.clientId, signature);
  }

  function whole(id: string, name: string, text: string, signature: string): void {
    const content = `${name} ${text}`;
    if (id !== '' && known.get(id) === content)
      return emit({ type: 'dropped', what: 'a call sent a second time' });
    known.set(id, content);
    const begun = begin(id, name, signature);
    if (isEmptyObject(text)) return wait({ ...begun, id, name, text, filled: false });
    writer.delta(begun.key, { type: 'input_json_delta', partial_json: text });
    writer.close(begun.key);
  }

  function wait(call: WaitingCall): void {
    waiting.push(call);
    if (call.id === '') return;
    const others = byId.get(call.id);
    if (others) others.push(call);
    else byId.set(call.id, [call]);
  }

  function begin(id: string, name: string, signature: string): { key: string; clientId: string } {
    const key = `call ${count}`;
    let clientId = toClientId(id);
    for (let n = count; clientId === '' || ids.has(clientId); n++) clientId = derivedToolId(messageId, n);
    ids.add(clientId);
    count++;
    if (signature !== '') onSignature(clientId, signature);
    onBegin(clientId);
    writer.open(key, { type: 'tool_use', id: clientId, name: toClient(name), input: {} });
    return { key, clientId };
  }

  /** Ends the partial call. If it is not whole, because another call or the end interrupted it, it must not run (P5). */
  function finish(isWhole: boolean): void {
    if (!partial) return;
    const { key, clientId, args, texts, signature } = partial;
    partial = undefined;
    const text = texts.length === 0 ? args.text() : joinObjects([args.text(), ...texts]);
    // Without its last brace the client cannot run it.
    const sent = isWhole ? text : text.slice(0, text.lastIndexOf('}'));
    writer.delta(key, { type: 'input_json_delta', partial_json: sent });
    writer.close(key);
    if (signature !== '') onSignature(clientId, signature);
  }

  /** Completes the calls without arguments, unless it is not clear which of them the late arguments belong to. */
  function settle(): boolean {
    const open = waiting.filter((call) => !call.filled);
    if (unnamed || (open.length > 0 && open.length < waiting.length)) return false;
    for (const { key, text } of open)
      if (text !== '') writer.delta(key, { type: 'input_json_delta', partial_json: text });
    for (const { key } of waiting) writer.close(key);
    return true;
  }

  return {
    take,
    end() {
      finish(false);
      return !settle();
    },
    count: () => count,
    held: () => (partial ? partial.args.size() + textLength : 0),
  };
}

/** True for the next piece of a call: it has no name, or repeats the name and the id. */
function isPieceOf(partial: PartialCall, id: string, name: string, isGiven: boolean): boolean {
  if (name === '') return id === '' || partial.id === '' || id === partial.id;
  return name === partial.name && id === partial.id && isGiven;
}
