/**
 * Function calls as tool calls. A call comes whole in one part as a rule, its arguments an object; some servers send them
 * field by field over several parts, some as a text, some without an id, some twice.
 */
import type { Remark } from '../../anthropic/events.ts';
import { clientToolId, derivedToolId, type Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { toArray, toText, type JsonObject } from '../../json.ts';
import { partialArguments, type PartialArguments } from './partial-args.ts';

export interface CallOptions {
  messageId: string;
  /** Whose calls they are. */
  origin: Origin;
  /** The client's name for one the upstream used (L6). */
  toClient: (name: string) => string;
  tell: (remark: Remark) => void;
  /** The signature of the call with this id, told before the call begins or, when it comes late, behind it. */
  signed: (id: string, signature: string) => void;
}

export interface Calls {
  /** One `functionCall`; `raw` is its `args` as they stood in the stream. */
  take(call: JsonObject, raw: string | undefined, signature: string): void;
  /** Gives what had come of a call that was still arriving. True when arguments came that never got a name. */
  end(): boolean;
  /** Calls begun so far. */
  count(): number;
  /** Characters of arguments that wait for the rest of their call. */
  held(): number;
}

interface Growing {
  key: string;
  /** As the upstream and as the client knows it. */
  id: string;
  own: string;
  name: string;
  args: PartialArguments;
  /** One that came with a later piece. */
  signature: string;
}

export function calls(writer: Writer, { messageId, origin, toClient, tell, signed }: CallOptions): Calls {
  const ids = new Set<string>();
  /** Whole calls by the id the upstream gave them, to know one that comes twice. */
  const known = new Map<string, string>();
  let count = 0;
  let growing: Growing | undefined;
  let unnamed = false;

  function take(fields: JsonObject, raw: string | undefined, signature: string): void {
    const name = toText(fields['name']);
    const id = toText(fields['id']);
    const pieces = toArray(fields['partialArgs']);
    const more = fields['willContinue'] === true;
    if (growing && (name === '' || (name === growing.name && id === growing.id && pieces.length > 0))) {
      growing.args.add(pieces);
      growing.signature ||= signature;
      if (!more) finish(true);
      return;
    }
    finish(false);
    const text =
      toText(fields['args']) || (fields['args'] && typeof fields['args'] !== 'string' ? (raw ?? '') : '');
    if (name === '') {
      // An empty call is none.
      unnamed ||= (text !== '' && text.replace(/\s/g, '') !== '{}') || pieces.length > 0;
      return;
    }
    if (!more && pieces.length === 0) return whole(id, name, text, signature);
    const begun = begin(id, name, signature);
    growing = { ...begun, id, name, args: partialArguments(), signature: '' };
    growing.args.add(pieces);
    if (!more) finish(true);
  }

  function whole(id: string, name: string, text: string, signature: string): void {
    const said = `${name} ${text}`;
    if (id !== '' && known.get(id) === said)
      return tell({ type: 'dropped', what: 'a call sent a second time' });
    known.set(id, said);
    const { key } = begin(id, name, signature);
    if (text !== '') writer.delta(key, { type: 'input_json_delta', partial_json: text });
    writer.close(key);
  }

  function begin(id: string, name: string, signature: string): { key: string; own: string } {
    const key = `call ${count}`;
    let own = id === '' ? '' : clientToolId(id, origin);
    for (let n = count; own === '' || ids.has(own); n++) own = derivedToolId(messageId, n);
    ids.add(own);
    count++;
    if (signature !== '') signed(own, signature);
    writer.open(key, { type: 'tool_use', id: own, name: toClient(name), input: {} });
    return { key, own };
  }

  /** A call that another one interrupts, or the end, never said that it was whole, and must not run (P5). */
  function finish(isWhole: boolean): void {
    if (!growing) return;
    const { key, own, args, signature } = growing;
    growing = undefined;
    writer.delta(key, { type: 'input_json_delta', partial_json: args.text(isWhole) });
    writer.close(key);
    if (signature !== '') signed(own, signature);
  }

  return {
    take,
    end() {
      finish(false);
      return unnamed;
    },
    count: () => count,
    held: () => growing?.args.size() ?? 0,
  };
}
