/**
 * The laws L1 to L8 and L12 as a state machine over the events of a stream. Tests check whole streams with it; at run time,
 * `guard` checks every stream that is sent to a client.
 *
 *   stream = message_start (block | ping)* message_delta ping* message_stop   |   any prefix of that, then error
 *   block  = content_block_start (content_block_delta | ping)* content_block_stop
 */
import { isObject, parseJson, toObject } from '../json.ts';
import { canContain } from './blocks.ts';
import {
  isRemark,
  type BlockDelta,
  type BlockStart,
  type Decoded,
  type Delta,
  type StreamEvent,
} from './events.ts';
import type { Emit, Transducer } from '../stream/transducer.ts';

export interface Grammar {
  /** The rule that this event breaks, starting with the law's number; undefined if the event is allowed. */
  step(event: StreamEvent): string | undefined;
  /** The rule that the stream breaks if it ends here. */
  end(): string | undefined;
  /** True after message_stop or error, when no event may follow. */
  ended(): boolean;
}

interface Open {
  type: string;
  lastDelta: Delta['type'] | undefined;
  hasContent: boolean;
  json: string[];
}

/** Repeated from `events.ts`, as the next set is, so that the check does not depend on the code that it checks. */
const errorTypes: ReadonlySet<unknown> = new Set([
  'invalid_request_error',
  'authentication_error',
  'billing_error',
  'permission_error',
  'not_found_error',
  'request_too_large',
  'rate_limit_error',
  'api_error',
  'timeout_error',
  'overloaded_error',
]);

const cutting: ReadonlySet<unknown> = new Set(['max_tokens', 'refusal', 'model_context_window_exceeded']);

export function grammar(): Grammar {
  let phase: 'before' | 'during' | 'ending' | 'ended' | 'failed' = 'before';
  let next = 0;
  let open: Open | undefined;
  let calls = 0;
  let brokenArguments = false;
  const ids = new Set<string>();

  function start({ index, content_block: block }: BlockStart): string | undefined {
    if (open) return 'L3: a block starts while another is open';
    if (index !== next) return `L2: block ${index} where ${next} was due`;
    open = {
      type: block.type,
      lastDelta: undefined,
      hasContent: block.type !== 'text' && block.type !== 'thinking',
      json: [],
    };
    if (block.type === 'text' && block.text !== '')
      return 'L9: text in the start of a block is lost on clients';
    if (block.type === 'thinking' && block.thinking)
      return 'L9: thinking in the start of a block is lost on clients';
    if (block.type === 'thinking' && block.signature) return 'L12: a signature in the start of a block';
    if (block.type !== 'tool_use') return undefined;
    if (!block.id || !/^[A-Za-z0-9_-]+$/.test(block.id))
      return `L6: ${JSON.stringify(block.id)} is no tool id`;
    if (ids.has(block.id)) return 'L6: two calls with one id';
    ids.add(block.id);
    if (!block.name) return 'L6: a call without a name';
    return isObject(block.input) && Object.keys(block.input).length === 0
      ? undefined
      : 'L6: input in the start of a call';
  }

  function delta({ index, delta }: BlockDelta): string | undefined {
    if (!open || index !== next) return `L2: a delta for block ${index}, which is not open`;
    // What the block has had already it may contain.
    if (delta.type !== open.lastDelta && !canContain(open.type, delta.type))
      return `L2: a ${delta.type} in a ${open.type} block`;
    if (open.lastDelta === 'signature_delta') return 'L12: a delta after the signature';
    open.lastDelta = delta.type;
    open.hasContent ||= isProse(delta);
    if (delta.type === 'input_json_delta') open.json.push(delta.partial_json);
    return undefined;
  }

  function stop(index: number): string | undefined {
    if (!open || index !== next) return `L2: a stop for block ${index}, which is not open`;
    const { type, lastDelta, hasContent, json } = open;
    open = undefined;
    next++;
    if (!hasContent) return `L8: an empty ${type} block`;
    if (type === 'thinking' && lastDelta !== 'signature_delta')
      return 'L12: thinking ends without a signature';
    if (type !== 'tool_use') return undefined;
    const text = json.join('');
    if (text === '' || isObject(parseJson(text))) calls++;
    else brokenArguments = true;
    return undefined;
  }

  function finish(reason: unknown): string | undefined {
    if (open) return 'L2: the message ends inside a block';
    phase = 'ending';
    if (typeof reason !== 'string' || reason === '') return 'L4: a message_delta without a stop reason';
    if (cutting.has(reason)) return undefined;
    if (brokenArguments) return 'L6: arguments that are no JSON object, in a turn that nothing cut';
    return (reason === 'tool_use') === calls > 0 ? undefined : `L7: ${reason} with ${calls} calls`;
  }

  function step(event: StreamEvent): string | undefined {
    if (phase === 'ended') return `L4: ${event.type} after the end`;
    if (phase === 'failed') return `L5: ${event.type} after error`;
    if (event.type === 'error') {
      phase = 'failed';
      const { type, message } = toObject(event.error);
      return errorTypes.has(type) && typeof message === 'string' ? undefined : 'L5: no error of Anthropic’s';
    }
    if (event.type === 'message_start') {
      if (phase !== 'before') return 'L1: a second message_start';
      phase = 'during';
      return brokenStart(event.message);
    }
    if (phase === 'before') return `L1: ${event.type} before message_start`;
    if (event.type === 'message_stop') {
      if (phase !== 'ending') return 'L4: message_stop without message_delta';
      phase = 'ended';
      return undefined;
    }
    if (event.type === 'ping') return undefined;
    if (phase === 'ending') return `L4: ${event.type} after message_delta`;
    switch (event.type) {
      case 'content_block_start':
        return start(event);
      case 'content_block_delta':
        return delta(event);
      case 'content_block_stop':
        return stop(event.index);
      case 'message_delta':
        return finish(event.delta.stop_reason);
    }
  }

  const ended = () => phase === 'ended' || phase === 'failed';

  return {
    step,
    ended,
    end: () => (ended() ? undefined : 'L4: the stream ends without message_stop or error'),
  };
}

/** Whether this gives a block of text or thinking its content. */
function isProse(delta: Delta): boolean {
  if (delta.type === 'text_delta') return delta.text !== '';
  if (delta.type === 'thinking_delta') return delta.thinking !== '';
  return delta.type === 'signature_delta' && delta.signature !== '';
}

function brokenStart(message: {
  id: string;
  content: unknown[];
  stop_reason: unknown;
  stop_sequence: unknown;
  usage: unknown;
}) {
  const usage = isObject(message.usage) ? message.usage : {};
  if (typeof message.id !== 'string' || !message.id.startsWith('msg_'))
    return 'L1: the message id does not start msg_';
  if (!Array.isArray(message.content) || message.content.length > 0) return 'L1: content in message_start';
  if (message.stop_reason !== null || message.stop_sequence !== null)
    return 'L1: a stop reason in message_start';
  const counted = typeof usage['input_tokens'] === 'number' && typeof usage['output_tokens'] === 'number';
  return counted ? undefined : 'L1: usage in message_start is not in numbers';
}

/** The first rule that a whole stream breaks. */
export function brokenRule(events: Iterable<StreamEvent>): string | undefined {
  const rules = grammar();
  for (const event of events) {
    const broken = rules.step(event);
    if (broken) return broken;
  }
  return rules.end();
}

/**
 * The last stage of every stream. An event that breaks the grammar is a bug in occ; the turn ends with an `error` event
 * instead, and the failure is logged.
 */
export function guard(): Transducer<Decoded, Decoded> {
  const rules = grammar();
  let broken = false;

  function stop(rule: string, emit: Emit<Decoded>): void {
    broken = true;
    const error = {
      type: 'api_error',
      message: `occ stopped an answer that broke a rule of the stream (${rule})`,
    } as const;
    emit({ type: 'failed', reason: 'malformed', error });
    emit({ type: 'error', error });
  }

  return {
    step(decoded, emit) {
      if (isRemark(decoded)) {
        // Usage and cost of a stopped answer are still valid; `finished` and `failed` are not.
        if (!broken || (decoded.type !== 'finished' && decoded.type !== 'failed')) emit(decoded);
        return;
      }
      if (broken) return;
      // After the end of the answer, an error event would itself break L4 or L5.
      const ended = rules.ended();
      const rule = rules.step(decoded);
      if (rule === undefined) emit(decoded);
      else if (ended) emit({ type: 'dropped', what: `an event after the end (${rule})` });
      else stop(rule, emit);
    },
    flush(emit) {
      const rule = broken ? undefined : rules.end();
      if (rule !== undefined) stop(rule, emit);
    },
  };
}
