/**
 * Writes one well-formed Anthropic stream out of what a decoder says: some text, a piece of a tool's input, the end.
 *
 *   stream = message_start block* message_delta message_stop
 *
 * Prose ends when something else begins; a tool call may grow until it is closed or the message ends. In which order
 * blocks leave, and under which number, is the queue's part.
 */
import { toolArguments, type ToolArguments } from './arguments.ts';
import { blockQueue, isProse, type Block, type BlockKey } from './block-queue.ts';
import { fits, isBare, textOf, unpack, withText } from './blocks.ts';
import {
  cutsTurn,
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
  /** Adds to an open block; false when there is none of that key, or it cannot hold such a delta (L2). */
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

/** Characters of one answer that may wait: 64 Mi (L3). */
export const longestWait = 64 * 1024 * 1024;

export function writer(emit: (decoded: Decoded) => void, options: WriterOptions): Writer {
  const { messageId, model, marker, longestHeld = longestWait } = options;
  const queue = blockQueue(emit, marker);
  const ids = new Set<string>();
  let phase: 'before' | 'during' | 'after' = 'before';
  /** Characters that wait behind the ends of arguments. */
  let heldArguments = 0;
  let written = 0;
  let positions = 0;
  let proseKeys = 0;

  function begin(usage: Usage, original?: MessageStart): void {
    if (phase !== 'before') return;
    phase = 'during';
    emit(original ?? messageStart(messageId, model, usage));
  }

  function prose(type: 'text' | 'thinking', text: string): void {
    if (text === '' || phase === 'after') return;
    let last = queue.last();
    if (last?.start.type !== type || last.closed || last.signature?.signature) {
      open(
        `prose ${proseKeys++}`,
        type === 'text' ? { type, text: '' } : { type, thinking: '', signature: '' },
      );
      last = queue.last();
    }
    if (!last) return;
    add(last, type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text });
    advance();
  }

  function signature(signed: string): void {
    if (phase === 'after') return;
    const last = queue.last();
    // A second signature is another block's: neither may be lost.
    if (last?.start.type === 'thinking' && !last.closed && !last.signature?.signature)
      add(last, { type: 'signature_delta', signature: signed });
    else if (signed !== '')
      open(`prose ${proseKeys++}`, { type: 'thinking', thinking: '', signature: signed });
    advance();
  }

  function open(key: BlockKey, block: AnswerBlock, original?: BlockStart): void {
    if (phase === 'after') return;
    begin({ input_tokens: 0, output_tokens: 0 });
    const last = queue.last();
    if (last && isProse(last)) last.closed = true; // prose ends when something else begins
    const { start, deltas } = unpack(block);
    const isTool = start.type === 'tool_use';
    const position = positions++;
    if (isTool) {
      let id = start.id;
      for (let at = position; !id || ids.has(id); at++) id = derivedToolId(messageId, at);
      ids.add(id);
      start.id = id;
    }
    const unchanged = deltas.length === 0 && start.id === block.id && isBare(block);
    const added = queue.add({
      key,
      start,
      startEvent: unchanged ? original : undefined,
      args: isTool ? toolArguments() : undefined,
    });
    for (const delta of deltas) add(added, delta);
    advance();
  }

  function delta(key: BlockKey, delta: Delta, original?: BlockDelta): boolean {
    const block = queue.find(key);
    if (!block || !fits(block.start.type, delta.type)) return false;
    add(block, delta, original);
    advance();
    return true;
  }

  function add(block: Block, delta: Delta, original?: BlockDelta): void {
    const text = textOf(delta);
    if (delta.type === 'signature_delta') {
      if (text === '' && block.signature) return;
      block.signature = { signature: text ?? '', original };
      if (text !== '' && text !== marker) block.says = true;
      queue.hold(block, text?.length ?? 0);
      return;
    }
    written += text?.length ?? 0;
    if (delta.type === 'input_json_delta' && block.args) return addArguments(block.args);
    if (text && isProse(block)) block.says = true;
    queue.wait(block, text === undefined ? delta : withText(delta, text), original);

    function addArguments(args: ToolArguments): void {
      const before = args.held();
      const now = args.push(text ?? '');
      heldArguments += args.held() - before;
      if (now !== '' || text === '') queue.wait(block, withText(delta, now), original);
    }
  }

  function close(key: BlockKey, original?: BlockStop): void {
    const block = queue.find(key);
    if (!block) return;
    block.stopEvent = original;
    if (!block.args || block.args.settled()) block.closed = true;
    else block.pending = true;
    advance();
  }

  function advance(): void {
    if (phase !== 'during') return;
    queue.advance();
    if (queue.held() + heldArguments <= longestHeld) return;
    const message = `more than ${longestHeld} characters of the answer had to wait for an unfinished tool call`;
    fail('overflow', { type: 'api_error', message });
  }

  function end({ reason, stopSequence = null, usage, original, originalStop }: Ending): void {
    if (phase === 'after') return;
    begin({ input_tokens: 0, output_tokens: 0 });
    const cut = cutsTurn(reason);
    const verdicts = queue.blocks().map((block) => block.args?.end(cut));
    for (const [i, verdict] of verdicts.entries()) {
      if (!verdict || !('broken' in verdict)) continue;
      const message = `the upstream sent a tool call (${queue.blocks()[i]?.start.name}) with arguments that cannot be used: ${verdict.broken}`;
      return fail('malformed', { type: 'api_error', message });
    }
    heldArguments = 0;
    for (const [i, block] of queue.blocks().entries()) {
      const verdict = verdicts[i];
      if (verdict && 'rest' in verdict) {
        if (verdict.rest !== '')
          queue.wait(block, { type: 'input_json_delta', partial_json: verdict.rest }, undefined);
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
    if (queue.calls() > 0) return 'tool_use';
    return reason === 'tool_use' ? 'end_turn' : reason;
  }

  function fail(reason: FailureReason, error: ApiErrorBody, status?: number): void {
    if (phase === 'after') return;
    phase = 'after';
    queue.clear();
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
