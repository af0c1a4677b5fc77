/**
 * Follows the frames of an upstream that speaks this format, which pass as they are, so that a failure can end them with the
 * next sequence number and the response that they began. It looks at them only then.
 */
import type { Message, MessageDelta } from '../../../anthropic/events.ts';
import { isObject, parseJson, toNumber, toObject, type JsonObject } from '../../../json.ts';
import type { ServedError } from '../../served.ts';
import { failureOf } from './failure.ts';

export interface FrameTrack {
  used(): boolean;
  pass<T extends string | Uint8Array>(frames: T): T;
  /** The end of frames that fail. */
  fail(error: ServedError): string;
}

export function frameTrack(): FrameTrack {
  let first: string | Uint8Array | undefined;
  let last: string | Uint8Array | undefined;
  /** The finished items. */
  const items: string[] = [];

  return {
    used: () => first !== undefined,
    pass(frames) {
      first ??= frames;
      last = frames;
      const text = toText(frames);
      if (text.includes('"response.output_item.done"')) items.push(text);
      return frames;
    },
    fail(error) {
      const began = dataIn(first).find(({ response }) => isObject(response));
      const number = toNumber(dataIn(last).at(-1)?.['sequence_number']) ?? 0;
      const output = items
        .flatMap(dataIn)
        .filter(({ type }) => type === 'response.output_item.done')
        .flatMap(({ item }) => (isObject(item) ? [item] : []));
      const response = {
        ...toObject(began?.['response']),
        status: 'failed',
        output,
        error: failureOf(error),
      };
      const data = { type: 'response.failed', sequence_number: number + 1, response };
      return `event: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
    },
  };
}

function toText(frames: string | Uint8Array): string {
  return typeof frames === 'string' ? frames : new TextDecoder().decode(frames);
}

function dataIn(frames: string | Uint8Array | undefined): JsonObject[] {
  return toText(frames ?? '')
    .split('\n')
    .flatMap((line) => {
      const parsed = line.startsWith('data: ') ? parseJson(line.slice('data: '.length)) : undefined;
      return isObject(parsed) ? [parsed] : [];
    });
}

/** The key of the upstream's own final response. It is a symbol, so that it is in no JSON. */
const finalResponse = Symbol('final response of the upstream');

type Ending = MessageDelta['delta'] & { [finalResponse]?: JsonObject };

/** Keeps the upstream's own response with the end of the message, which the fold copies into the message. */
export function withFinalResponse(event: MessageDelta, response: JsonObject): MessageDelta {
  const delta: Ending = { ...event.delta, [finalResponse]: response };
  return { ...event, delta };
}

/** The upstream's own response, if it speaks this format. */
export function finalResponseIn(message: Message): JsonObject | undefined {
  return (message as { [finalResponse]?: JsonObject })[finalResponse];
}
