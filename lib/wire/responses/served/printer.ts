/**
 * Prints the events of an answer as a Responses stream, which obeys the laws in `laws.md`. `response.created` comes with the
 * first event that is printed, because the headers may go out before anything is known.
 *
 * Where the upstream speaks this format, too, its frames take the place of the events, and only a failure is printed.
 */
import { statusOf } from '../../../anthropic/errors.ts';
import type {
  ErrorEvent,
  Message,
  MessageDelta,
  MessageStart,
  StreamEvent,
  Usage,
} from '../../../anthropic/events.ts';
import type { JsonObject } from '../../../json.ts';
import type { AnswerHead, Printer, ServedError } from '../../served.ts';
import { failureOf } from './failure.ts';
import { finalResponseIn, frameTrack } from './frame-track.ts';
import type { Write } from './item-printer.ts';
import { itemQueue } from './item-queue.ts';
import { responseOf, type Answer } from './response.ts';
import type { ToolTable } from './tool-table.ts';
import { eventsOf } from './whole.ts';

/** Sent as a comment, which clients skip. */
const heartbeat = ': keep-alive\n\n';

export function responsesPrinter(head: AnswerHead, body: JsonObject, table: ToolTable): Printer {
  const toResponse = responseOf(head, body);
  const frames = frameTrack();
  let out: string[] = [];
  let sequence = 0;
  let usage: Usage | undefined;
  let ending: MessageDelta['delta'] | undefined;
  let begun = false;
  let ended = false;
  const write: Write = Object.assign(writeEvent, { piece: writePiece });
  const items = itemQueue(head.messageId, table, write);

  function writeEvent(type: string, fields: JsonObject): void {
    const name = `response.${type}`;
    const data = JSON.stringify({ type: name, sequence_number: sequence++, ...fields });
    out.push(`event: ${name}\ndata: ${data}\n\n`);
  }

  function writePiece(type: string, fields: string, delta: string): void {
    const start = `event: response.${type}\ndata: {"type":"response.${type}","sequence_number":${sequence++},`;
    out.push(`${start}${fields},"delta":${JSON.stringify(delta)}}\n\n`);
  }

  function taken(): string {
    const [only = ''] = out;
    const text = out.length < 2 ? only : out.join('');
    out = [];
    return text;
  }

  function begin(): void {
    if (begun) return;
    begun = true;
    const response = toResponse({ status: 'in_progress', output: [] });
    write('created', { response });
    write('in_progress', { response });
  }

  function read(event: StreamEvent): void {
    if (ended || event.type === 'ping') return;
    begin();
    switch (event.type) {
      case 'message_start':
        usage = event.message.usage;
        return;
      case 'content_block_start':
        return items.start(event.content_block);
      case 'content_block_delta':
        return items.delta(event.delta);
      case 'content_block_stop':
        return items.stop();
      case 'message_delta':
        usage = withCounts(usage, event.usage);
        ending = event.delta;
        return;
      case 'message_stop':
        return end();
      case 'error':
        return fail(errorIn(event));
    }
  }

  function end(): void {
    const reason = reasonOf(ending?.stop_reason);
    items.end(reason !== undefined);
    const answer = final();
    finish(answer.status, answer);
  }

  function final(): Answer {
    const reason = reasonOf(ending?.stop_reason);
    const status = reason === undefined ? 'completed' : 'incomplete';
    return { status, output: items.done(), usage, reason };
  }

  function fail(error: ServedError): void {
    if (ended) return;
    begin();
    finish('failed', { status: 'failed', output: items.done(), usage, error: failureOf(error) });
  }

  function finish(type: string, answer: Answer): void {
    ended = true;
    write(type, { response: toResponse(answer) });
  }

  const errorIn = ({ error }: ErrorEvent): ServedError => ({
    ...error,
    status: statusOf(error.type),
    requestId: head.requestId,
  });

  return {
    contentType: 'text/event-stream; charset=utf-8',
    heartbeat,
    start(first: MessageStart) {
      usage = first.message.usage;
      return heartbeat;
    },
    print(event) {
      const { frames: given } = event;
      if (given !== undefined) return given === '' ? '' : frames.pass(given);
      if (event.type === 'error' && frames.used()) return frames.fail(errorIn(event));
      read(event);
      return taken();
    },
    error(error) {
      if (frames.used()) return frames.fail(error);
      fail(error);
      return taken();
    },
    whole(message: Message) {
      const own = finalResponseIn(message);
      if (own) return own;
      for (const event of eventsOf(message)) read(event);
      return toResponse(final());
    },
  };
}

function reasonOf(stop: Message['stop_reason'] | undefined): Answer['reason'] {
  switch (stop) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
    case 'pause_turn':
      return 'max_output_tokens';
    case 'refusal':
      return 'content_filter';
    default:
      return undefined;
  }
}

function withCounts(before: Usage | undefined, after: Partial<Usage>): Usage {
  const counted = Object.entries(after).filter(([, count]) => count !== null && count !== undefined);
  return { input_tokens: 0, output_tokens: 0, ...before, ...Object.fromEntries(counted) };
}
