/**
 * Decodes function calls. A call usually arrives whole in one part, with an object as its arguments. Some servers send it
 * field by field over several parts, with arguments as a string, without an id, or twice.
 */
import type { Remark } from '../../anthropic/events.ts';
import { derivedToolId } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { toArray, toText, type JsonObject } from '../../json.ts';
import { partialArguments, type PartialArguments } from './partial-args.ts';

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
  /** Writes the call that is still incomplete. Returns true if there were arguments without a name. */
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
  /** The signature, if it came after the first piece. */
  signature: string;
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
  let unnamed = false;

  function take(fields: JsonObject, raw: string | undefined, signature: string): void {
    const name = toText(fields['name']);
    const id = toText(fields['id']);
    const pieces = toArray(fields['partialArgs']);
    const more = fields['willContinue'] === true;
    if (partial && (name === '' || (name === partial.name && id === partial.id && pieces.length > 0))) {
      partial.args.add(pieces);
      partial.signature ||= signature;
      if (!more) finish(true);
      return;
    }
    finish(false);
    const text =
      toText(fields['args']) || (fields['args'] && typeof fields['args'] !== 'string' ? (raw ?? '') : '');
    if (name === '') {
      // A call without name and arguments is ignored.
      unnamed ||= (text !== '' && text.replace(/\s/g, '') !== '{}') || pieces.length > 0;
      return;
    }
    if (!more && pieces.length === 0) return whole(id, name, text, signature);
    const begun = begin(id, name, signature);
    partial = { ...begun, id, name, args: partialArguments(), signature: '' };
    partial.args.add(pieces);
    if (!more) finish(true);
  }

  function whole(id: string, name: string, text: string, signature: string): void {
    const content = `${name} ${text}`;
    if (id !== '' && known.get(id) === content)
      return emit({ type: 'dropped', what: 'a call sent a second time' });
    known.set(id, content);
    const { key } = begin(id, name, signature);
    if (text !== '') writer.delta(key, { type: 'input_json_delta', partial_json: text });
    writer.close(key);
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
    const { key, clientId, args, signature } = partial;
    partial = undefined;
    writer.delta(key, { type: 'input_json_delta', partial_json: args.text(isWhole) });
    writer.close(key);
    if (signature !== '') onSignature(clientId, signature);
  }

  return {
    take,
    end() {
      finish(false);
      return unnamed;
    },
    count: () => count,
    held: () => partial?.args.size() ?? 0,
  };
}
