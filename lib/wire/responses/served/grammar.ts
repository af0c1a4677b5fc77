/**
 * The laws R1 to R7 of a Responses stream (`laws.md`) as a state machine. Tests check what is printed with it; at run time it
 * reports what an upstream of this format breaks.
 *
 *   stream = created (queued | in_progress)* item* (completed | incomplete | failed)
 *   item   = output_item.added part* output_item.done
 */
import { isObject, toArray, toNumber, toObject, toText, type JsonObject } from '../../../json.ts';
import { openItem, type OpenItem } from './item-grammar.ts';

export interface ResponsesGrammar {
  /** The rule that this event breaks, beginning with the law's number; undefined if the event is allowed. */
  step(event: JsonObject): string | undefined;
  /** The rule that the stream breaks if it ends here. */
  end(): string | undefined;
}

const finals: Readonly<Record<string, string>> = {
  'response.completed': 'completed',
  'response.incomplete': 'incomplete',
  'response.failed': 'failed',
};

export function grammar(): ResponsesGrammar {
  let created: JsonObject | undefined;
  let latest: number | undefined;
  let ended = false;
  let begun = 0;
  let open: OpenItem | undefined;
  const done: JsonObject[] = [];
  const ids = new Set<string>();

  function numbered({ sequence_number: number }: JsonObject): string | undefined {
    const given = toNumber(number);
    if (given === undefined) return 'R2: an event without a sequence number';
    const broken = latest !== undefined && given !== latest + 1;
    latest = given;
    return broken ? 'R2: a gap in the sequence numbers' : undefined;
  }

  function add({ item, output_index: index }: JsonObject): string | undefined {
    if (open && !open.isCall) return 'R3: an item begins inside another';
    if (open) return 'R7: an item follows a call that is not whole';
    if (index !== begun) return 'R3: an item that is not the next';
    const { id, type } = toObject(item);
    if (toText(id) === '' || toText(type) === '') return 'R3: an item without an id or a type';
    if (ids.has(toText(id))) return 'R3: two items with one id';
    ids.add(toText(id));
    open = openItem(toObject(item), begun++);
    return undefined;
  }

  function close({ item, output_index: index }: JsonObject): string | undefined {
    if (!open || index !== open.index) return 'R3: the end of an item that is not open';
    const broken = open.done(toObject(item));
    open = undefined;
    done.push(toObject(item));
    return broken;
  }

  function finish(type: string, response: JsonObject): string | undefined {
    ended = true;
    const { id, status, output, error, incomplete_details: details, usage } = response;
    const wanted = finals[type];
    if (status !== wanted) return `R6: ${type} with another status`;
    if (id !== created?.['id']) return 'R6: the response has another id at its end';
    if (open && wanted === 'completed') return 'R6: the response completes inside an item';
    if (JSON.stringify(output) !== JSON.stringify(done)) return 'R5: the response does not repeat its items';
    if (isObject(error) !== (wanted === 'failed'))
      return 'R6: an error where none is due, or none where one is';
    if (isObject(details) !== (wanted === 'incomplete')) return 'R6: incomplete_details of another status';
    const counted = ['input_tokens', 'output_tokens', 'total_tokens'].every(
      (name) => typeof toObject(usage)[name] === 'number',
    );
    return counted || wanted === 'failed' ? undefined : 'R6: usage that is not in numbers';
  }

  function step(event: JsonObject): string | undefined {
    const type = toText(event['type']);
    if (type === 'keepalive') return undefined;
    if (ended) return 'R6: an event after the end';
    const broken = numbered(event);
    if (broken !== undefined) return broken;
    if (type === 'response.created') {
      if (created) return 'R1: a second response.created';
      created = toObject(event['response']);
      const { status, output } = created;
      return status === 'in_progress' && toArray(output).length === 0
        ? undefined
        : 'R1: a response that begins with content';
    }
    if (!created) return 'R1: an event before response.created';
    if (Object.hasOwn(finals, type)) return finish(type, toObject(event['response']));
    if (type === 'response.in_progress' || type === 'response.queued')
      return begun === 0 ? undefined : 'R1: a response begins after its items';
    if (type === 'response.output_item.added') return add(event);
    if (type === 'response.output_item.done') return close(event);
    if (!open || event['output_index'] !== open.index || event['item_id'] !== open.id)
      return 'R3: an event of an item that is not open';
    return open.step(type, event);
  }

  return { step, end: () => (ended ? undefined : 'R6: the stream ends without its response') };
}

/** The first rule that a whole stream breaks. */
export function brokenRule(events: Iterable<JsonObject>): string | undefined {
  const rules = grammar();
  for (const event of events) {
    const broken = rules.step(event);
    if (broken !== undefined) return broken;
  }
  return rules.end();
}
