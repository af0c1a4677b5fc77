/**
 * Deltas that a decoder read together: consecutive events of one open block that need no change. Whoever reads such a batch
 * sees one delta with the joined text; only what is sent to the client is several events.
 */
import { withText } from './blocks.ts';
import { asReceived, type Batch, type BlockDelta, type Delta, type StreamEvent } from './events.ts';
import { parseJson, toObject } from '../json.ts';

/** The types of deltas that can be in a batch, and the field of their text. */
export const batchedTexts: ReadonlyMap<string, 'text' | 'thinking' | 'partial_json'> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
]);

/** The deltas of `batch`, all of the type `type`, as one event. */
export function batchedDelta(index: number, type: string, batch: Batch): BlockDelta & { batch: Batch } {
  return {
    type: 'content_block_delta',
    index,
    delta: new JoinedDelta(type, batch) as unknown as Delta,
    batch,
  };
}

/** Joins the texts when they are read: a stream that passes through does not need them. */
class JoinedDelta {
  readonly type: string;
  readonly #batch: Batch;
  #joined: string | undefined;

  constructor(type: string, batch: Batch) {
    this.type = type;
    this.#batch = batch;
  }

  get text(): string | undefined {
    return this.#textIn('text');
  }

  get thinking(): string | undefined {
    return this.#textIn('thinking');
  }

  get partial_json(): string | undefined {
    return this.#textIn('partial_json');
  }

  #textIn(field: string): string | undefined {
    return batchedTexts.get(this.type) === field
      ? (this.#joined ??= this.#batch.texts().join(''))
      : undefined;
  }
}

/** The events as they are sent: those of a batch one by one, any other event as it is. */
export function singleEvents(event: StreamEvent): StreamEvent[] {
  return event.type === 'content_block_delta' && event.batch ? eventsOf(event.batch) : [event];
}

/** Parses the events of a batch. */
export function eventsOf({ bytes }: Batch): BlockDelta[] {
  const events = new TextDecoder().decode(bytes).split('\n\n').slice(0, -1);
  return events.map((event) => {
    const data = event.slice(event.indexOf(dataField) + dataField.length);
    const { index, delta } = toObject(parseJson(data)) as unknown as BlockDelta;
    return asReceived({ type: 'content_block_delta', index, delta }, data);
  });
}

/**
 * The deltas of which only `sent` may be sent now, one text for each; undefined if that is everything. One whose text has to
 * wait is left out.
 */
export function changedDeltas(
  batch: Batch,
  sent: readonly string[],
): { delta: Delta; original: BlockDelta }[] | undefined {
  const texts = batch.texts();
  if (sent.every((text, i) => text === texts[i])) return undefined;
  return eventsOf(batch).flatMap((original, i) => {
    const text = sent[i] ?? '';
    return text !== '' || texts[i] === '' ? [{ delta: withText(original.delta, text), original }] : [];
  });
}

const dataField = '\ndata: ';
