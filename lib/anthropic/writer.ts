/**
 * Writes one well-formed Anthropic stream. The only file that opens, numbers and closes blocks.
 *
 *   stream = message_start block* message_delta message_stop        block = start delta* stop
 *
 * One queue of blocks: the head streams live, the others wait (L3). Prose ends when something else begins; a tool call
 * may grow until it is closed or the message ends. A block opens only when it has something to say (L8), and a thinking
 * block always ends with a signature (L12). An event that leaves as it came is the very object that came, so that its
 * bytes can too.
 */
import { toolArguments, type ToolArguments } from './arguments.ts';
import {
  messageStart,
  type AnswerBlock,
  type ApiErrorBody,
  type BlockDelta,
  type BlockStart,
  type BlockStop,
  type Decoded,
  type Delta,
  type FailureReason,
  type MessageDelta,
  type MessageStart,
  type MessageStop,
  type StopReason,
  type Usage,
} from './events.ts';
import { derivedToolId } from './provenance.ts';

export type BlockKey = string | number;

export interface WriterOptions {
  messageId: string;
  model: string;
  /** The signature for thinking that came without one: says who made it (P10). */
  marker: string;
  /** Characters that may wait behind the head; beyond it the turn fails (L3). */
  longestHeld?: number;
}

export interface Ending {
  reason: StopReason;
  stopSequence?: string | null;
  usage: Partial<Usage>;
  /** The upstream's own event, sent as it is when it says the same. */
  original?: MessageDelta | undefined;
  originalStop?: MessageStop | undefined;
}

export interface Writer {
  /** `message_start`, once; later calls do nothing. */
  begin(usage: Usage, original?: MessageStart): void;
  /** More text or thinking: goes to the last block if that is of the kind, else to a new one. */
  prose(type: 'text' | 'thinking', text: string): void;
  /** The signature of the thinking written last. */
  signature(signature: string): void;
  /** Opens a block under a key of the codec's choosing. What `block` already holds becomes deltas. */
  open(key: BlockKey, block: AnswerBlock, original?: BlockStart): void;
  /** Adds to an open block; false when there is none of that key. */
  delta(key: BlockKey, delta: Delta, original?: BlockDelta): boolean;
  /** Nothing more comes for this block. */
  close(key: BlockKey, original?: BlockStop): void;
  /** The end of an answer. Fails the turn instead when a tool call cannot be told to the client as it is (P5). */
  end(ending: Ending): void;
  /** Ends with an `error` event (L5); what waits is dropped with it (L14). */
  fail(reason: FailureReason, error: ApiErrorBody, status?: number): void;
  phase(): 'before' | 'during' | 'after';
  /** Characters of text, thinking and arguments written so far, sent or waiting. */
  written(): number;
}

interface Block {
  key: BlockKey;
  start: AnswerBlock;
  startEvent: BlockStart | undefined;
  /** Deltas that wait: the block is not the head, or has nothing to say yet. */
  waiting: { delta: Delta; original: BlockDelta | undefined }[];
  /** Kept back until the block closes, for a signature comes last. */
  signature: { signature: string; original: BlockDelta | undefined } | undefined;
  args: ToolArguments | undefined;
  opened: boolean;
  closed: boolean;
  /** No delta is expected any more, but only the turn's end can say whether the arguments may pass. */
  pending: boolean;
  stopEvent: BlockStop | undefined;
  says: boolean;
}

const cuttingReasons: ReadonlySet<StopReason> = new Set([
  'max_tokens',
  'refusal',
  'model_context_window_exceeded',
]);

/** 64 Mi characters (L3). */
const defaultLongestHeld = 64 * 1024 * 1024;

export function writer(emit: (decoded: Decoded) => void, options: WriterOptions): Writer {
  const { messageId, model, marker, longestHeld = defaultLongestHeld } = options;
  const queue: Block[] = [];
  const ids = new Set<string>();
  let phase: 'before' | 'during' | 'after' = 'before';
  let index = 0;
  let calls = 0;
  let held = 0;
  let written = 0;
  let positions = 0;
  let proseKeys = 0;

  function begin(usage: Usage, original?: MessageStart): void {
    if (phase !== 'before') return;
    phase = 'during';
    emit(original ?? messageStart(messageId, model, usage));
  }

  function prose(type: 'text' | 'thinking', text: string): void {
    if (text === '') return;
    let last = queue.at(-1);
    if (last?.start.type !== type || last.closed || last.signature) {
      open(
        `prose ${proseKeys++}`,
        type === 'text' ? { type, text: '' } : { type, thinking: '', signature: '' },
      );
      last = queue.at(-1);
    }
    if (!last) return;
    add(last, type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text });
    advance();
  }

  function signature(signed: string): void {
    const last = queue.at(-1);
    if (last?.start.type === 'thinking' && !last.closed)
      last.signature = { signature: signed, original: undefined };
    else {
      const key = `prose ${proseKeys++}`;
      open(key, { type: 'thinking', thinking: '', signature: '' });
      delta(key, { type: 'signature_delta', signature: signed });
    }
    advance();
  }

  function open(key: BlockKey, block: AnswerBlock, original?: BlockStart): void {
    begin({ input_tokens: 0, output_tokens: 0 });
    const last = queue.at(-1);
    if (last && isProse(last)) last.closed = true; // prose ends when something else begins
    const { start, deltas } = unpack(block);
    const isTool = start.type === 'tool_use';
    const position = positions++;
    if (isTool) {
      const id = start.id && !ids.has(start.id) ? start.id : derivedToolId(messageId, position);
      ids.add(id);
      if (id !== start.id) start.id = id;
    }
    const added: Block = {
      key,
      start,
      startEvent: deltas.length === 0 && start.id === block.id && isBare(block) ? original : undefined,
      waiting: [],
      signature: undefined,
      args: isTool ? toolArguments() : undefined,
      opened: false,
      closed: false,
      pending: false,
      stopEvent: undefined,
      says: start.type !== 'text' && start.type !== 'thinking',
    };
    queue.push(added);
    for (const delta of deltas) add(added, delta);
    advance();
  }

  function delta(key: BlockKey, delta: Delta, original?: BlockDelta): boolean {
    const block = queue.findLast((block) => block.key === key && !block.closed && !block.pending);
    if (!block) return false;
    add(block, delta, original);
    advance();
    return true;
  }

  function add(block: Block, delta: Delta, original?: BlockDelta): void {
    if (delta.type === 'signature_delta') {
      block.signature = { signature: delta.signature, original };
      if (delta.signature !== '' && delta.signature !== marker) block.says = true;
      return;
    }
    if (delta.type === 'input_json_delta' && block.args) {
      const now = block.args.push(delta.partial_json);
      written += delta.partial_json.length;
      held += delta.partial_json.length - now.length;
      if (now !== delta.partial_json) {
        if (now !== '') push(block, { type: 'input_json_delta', partial_json: now }, undefined);
        return;
      }
    } else written += lengthOf(delta);
    if (lengthOf(delta) > 0) block.says = true;
    push(block, delta, original);
  }

  function push(block: Block, delta: Delta, original: BlockDelta | undefined): void {
    block.waiting.push({ delta, original });
    held += lengthOf(delta);
  }

  function close(key: BlockKey, original?: BlockStop): void {
    const block = queue.findLast((block) => block.key === key && !block.closed);
    if (!block) return;
    block.stopEvent = original;
    if (!block.args || block.args.settled()) block.closed = true;
    else block.pending = true;
    advance();
  }

  /** Sends whatever may be sent: all of the head, and the next head when that one is closed. */
  function advance(): void {
    if (phase !== 'during') return;
    for (let head = queue[0]; head; head = queue[0]) {
      if (head.says) send(head);
      if (!head.closed) break;
      queue.shift();
      if (!head.says) {
        held -= head.waiting.reduce((sum, { delta }) => sum + lengthOf(delta), 0);
        continue;
      }
      finish(head);
    }
    if (held > longestHeld) {
      const message = `more than ${longestHeld} characters of the answer had to wait for an unfinished tool call`;
      fail('overflow', { type: 'api_error', message });
    }
  }

  function send(block: Block): void {
    if (!block.opened) {
      block.opened = true;
      const original = block.startEvent;
      emit(
        original?.index === index
          ? original
          : { type: 'content_block_start', index, content_block: block.start },
      );
    }
    for (const { delta, original } of block.waiting) {
      held -= lengthOf(delta);
      emit(
        original?.index === index && original.delta === delta
          ? original
          : { type: 'content_block_delta', index, delta },
      );
    }
    block.waiting = [];
  }

  function finish(block: Block): void {
    if (block.start.type === 'thinking') {
      const { signature, original } = block.signature ?? { signature: marker, original: undefined };
      const delta: Delta = { type: 'signature_delta', signature };
      emit(original?.index === index ? original : { type: 'content_block_delta', index, delta });
    }
    const { stopEvent } = block;
    emit(stopEvent?.index === index ? stopEvent : { type: 'content_block_stop', index });
    if (block.args && block.closed) calls++;
    index++;
  }

  function end({ reason, stopSequence = null, usage, original, originalStop }: Ending): void {
    if (phase === 'after') return;
    begin({ input_tokens: 0, output_tokens: 0 });
    const cut = cuttingReasons.has(reason);
    const verdicts = queue.map((block) => block.args?.end(cut));
    const broken = queue.findIndex((_, i) => isBroken(verdicts[i]));
    if (broken >= 0) {
      const verdict = verdicts[broken];
      const why = verdict && 'broken' in verdict ? verdict.broken : '';
      const message = `the upstream sent a tool call (${queue[broken]?.start.name}) with arguments that cannot be used: ${why}`;
      return fail('malformed', { type: 'api_error', message });
    }
    for (const [i, block] of queue.entries()) {
      const verdict = verdicts[i];
      if (verdict && 'rest' in verdict) {
        if (verdict.rest !== '')
          push(block, { type: 'input_json_delta', partial_json: verdict.rest }, undefined);
        if (verdict.lost) emit({ type: 'dropped', what: verdict.lost });
      }
      block.closed = true;
    }
    advance();
    if (phase !== 'during') return;
    phase = 'after';
    const stopReason = finalReason(reason, cut);
    const same = original?.delta.stop_reason === stopReason && original.usage === usage;
    const delta = { ...original?.delta, stop_reason: stopReason, stop_sequence: stopSequence };
    emit(same ? original : { ...original, type: 'message_delta', delta, usage });
    emit(originalStop ?? { type: 'message_stop' });
  }

  /** L7: `tool_use` if and only if a call was sent and nothing cut the turn. */
  function finalReason(reason: StopReason, cut: boolean): StopReason {
    if (cut) return reason;
    if (calls > 0) return 'tool_use';
    return reason === 'tool_use' ? 'end_turn' : reason;
  }

  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (phase === 'after') return;
    phase = 'after';
    queue.length = 0;
    emit({ type: 'failed', reason, error, ...(status !== undefined && { status }) });
    emit({ type: 'error', error: { type: error.type, message: error.message } });
  }

  return {
    begin,
    prose,
    signature,
    open,
    delta,
    close,
    end,
    fail,
    phase: () => phase,
    written: () => written,
  };
}

function isProse({ start }: Block): boolean {
  return start.type === 'text' || start.type === 'thinking';
}

function isBroken(verdict: ReturnType<ToolArguments['end']> | undefined): boolean {
  return verdict !== undefined && 'broken' in verdict;
}

function lengthOf(delta: Delta): number {
  switch (delta.type) {
    case 'text_delta':
      return delta.text.length;
    case 'thinking_delta':
      return delta.thinking.length;
    case 'input_json_delta':
      return delta.partial_json.length;
    case 'signature_delta':
      return delta.signature.length;
    default:
      return 1; // a citation, or a delta of a type this version does not know
  }
}

/** True for a block that may start as it came: every field a client expects is there, and empty. */
function isBare({ type, text, thinking, input }: AnswerBlock): boolean {
  if (type === 'text') return text === '';
  if (type === 'thinking') return thinking === '';
  return type !== 'tool_use' || input !== undefined;
}

/** A block as its start may carry it, and the deltas for what it held already: clients only count deltas (measured). */
function unpack(block: AnswerBlock): { start: AnswerBlock; deltas: Delta[] } {
  const { type } = block;
  if (type === 'text') {
    const { text = '', ...rest } = block;
    return { start: { ...rest, text: '' }, deltas: text === '' ? [] : [{ type: 'text_delta', text }] };
  }
  if (type === 'thinking') {
    const { thinking = '', signature = '', ...rest } = block;
    const deltas: Delta[] = [];
    if (thinking !== '') deltas.push({ type: 'thinking_delta', thinking });
    if (signature !== '') deltas.push({ type: 'signature_delta', signature });
    return { start: { ...rest, thinking: '', signature: '' }, deltas };
  }
  if (type === 'tool_use' || type === 'server_tool_use') {
    const { input, ...rest } = block;
    const given = typeof input === 'object' && input !== null && Object.keys(input).length > 0;
    const deltas: Delta[] = given ? [{ type: 'input_json_delta', partial_json: JSON.stringify(input) }] : [];
    return { start: { ...rest, input: {} }, deltas };
  }
  return { start: block, deltas: [] };
}
