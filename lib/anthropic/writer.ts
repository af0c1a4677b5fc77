/**
 * Writes a well-formed Anthropic stream from what a decoder reads: text, thinking, tool calls, the end.
 *
 *   stream = message_start block* message_delta message_stop
 *
 * A text or thinking block ends when another block begins. A tool call stays open until it is closed or the message ends.
 * The block queue decides in which order and with which index blocks are sent.
 */
import { toolArguments, type ToolArguments } from './arguments.ts';
import { blockQueue, isProse, type Block, type BlockKey } from './block-queue.ts';
import { changedDeltas } from './delta-batch.ts';
import { canContain, isBare, textOf, unpack, withText } from './blocks.ts';
import {
  cutsTurn,
  messageStart,
  type AnswerBlock,
  type ApiErrorBody,
  type Batch,
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
  /** The signature for thinking that the upstream did not sign; it contains the origin (P10). */
  marker: string;
  /** Characters that may wait for the first block to end; beyond that the turn fails (L3). */
  maxHeld?: number;
}

export interface Ending {
  reason: StopReason;
  stopSequence?: string | null;
  usage: Partial<Usage>;
  /** The upstream's own event, sent unchanged if it has the same content. */
  original?: MessageDelta | undefined;
  originalStop?: MessageStop | undefined;
}

export interface Writer {
  /** Sends `message_start`; later calls do nothing. */
  begin(usage: Usage, original?: MessageStart): void;
  /** Appends text or thinking to the last block if it has this type, else to a new block. */
  prose(type: 'text' | 'thinking', text: string): void;
  /** Signs the last thinking block. */
  signature(signature: string): void;
  /** Writes a thinking block that has only this signature. */
  carry(signature: string): void;
  /** Reserves the id of the next call: `id`, or a derived one if it is empty or taken (P9). */
  reserveId(id: string): string;
  /** Opens a block under a key that the codec chooses. Content that `block` already has is sent as deltas. */
  open(key: BlockKey, block: AnswerBlock, original?: BlockStart): void;
  /** Appends to an open block; returns false if there is none with this key or it cannot contain the delta (L2). */
  delta(key: BlockKey, delta: Delta, original?: BlockDelta): boolean;
  /** Whether the next delta of this block is sent at once, under the index `key`, if it needs no change. */
  isLive(key: BlockKey): boolean;
  /** Sends a batch of deltas of the live block at `batch.index`. Arguments that need a change are sent one by one. */
  deltas(batch: BlockDelta & { batch: Batch }): void;
  /** Closes the block. */
  close(key: BlockKey, original?: BlockStop): void;
  /** Ends the message. If a tool call has invalid arguments, the turn fails instead (P5). */
  end(ending: Ending): void;
  /** Ends the stream with an `error` event (L5) and drops what waits (L14). */
  fail(reason: FailureReason, error: ApiErrorBody, status?: number): void;
  phase(): 'before' | 'during' | 'after';
  /** Number of characters of text, thinking and arguments so far, sent or waiting. */
  written(): number;
}

/** Characters of one message that may wait: 64 Mi (L3). */
export const maxHeldCharacters = 64 * 1024 * 1024;

export function writer(emit: (decoded: Decoded) => void, options: WriterOptions): Writer {
  const { messageId, model, marker, maxHeld = maxHeldCharacters } = options;
  const queue = blockQueue(emit, marker);
  const ids = new Set<string>();
  const reserved = new Set<string>();
  let phase: 'before' | 'during' | 'after' = 'before';
  /** Characters held after the end of arguments. */
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
    last.hasContent = true;
    written += text.length;
    const delta: Delta =
      type === 'text' ? { type: 'text_delta', text } : { type: 'thinking_delta', thinking: text };
    if (!queue.sendLive(last, delta)) {
      queue.wait(last, delta, undefined);
      advance();
    }
  }

  function signature(signed: string): void {
    if (phase === 'after') return;
    const last = queue.last();
    // A second signature gets its own block, so that neither is lost.
    if (last?.start.type === 'thinking' && !last.closed && !last.signature?.signature)
      add(last, { type: 'signature_delta', signature: signed });
    else if (signed !== '') carry(signed);
    advance();
  }

  function carry(signed: string): void {
    open(`prose ${proseKeys++}`, { type: 'thinking', thinking: '', signature: signed });
  }

  function open(key: BlockKey, block: AnswerBlock, original?: BlockStart): void {
    if (phase === 'after') return;
    begin({ input_tokens: 0, output_tokens: 0 });
    const last = queue.last();
    if (last && isProse(last)) last.closed = true;
    const { start, deltas } = unpack(block);
    const isTool = start.type === 'tool_use';
    if (isTool) start.id = uniqueId(start.id ?? '', positions);
    positions++;
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

  function uniqueId(id: string, position: number): string {
    if (reserved.delete(id)) return id;
    let unique = id;
    for (let at = position; unique === '' || ids.has(unique); at++) unique = derivedToolId(messageId, at);
    ids.add(unique);
    return unique;
  }

  function reserveId(id: string): string {
    const unique = uniqueId(id, positions);
    reserved.add(unique);
    return unique;
  }

  function delta(key: BlockKey, delta: Delta, original?: BlockDelta): boolean {
    const block = queue.find(key);
    if (!block || !canContain(block.start.type, delta.type)) return false;
    add(block, delta, original);
    advance();
    return true;
  }

  function add(block: Block, delta: Delta, original?: BlockDelta): void {
    const text = textOf(delta);
    if (delta.type === 'signature_delta') {
      if (text === '' && block.signature) return;
      block.signature = { signature: text ?? '', original };
      if (text !== '' && text !== marker) block.hasContent = true;
      queue.hold(block, text?.length ?? 0);
      return;
    }
    written += text?.length ?? 0;
    if (delta.type === 'input_json_delta' && block.args) return addArguments(block.args);
    if (text && isProse(block)) block.hasContent = true;
    queue.wait(block, text === undefined ? delta : withText(delta, text), original);

    function addArguments(args: ToolArguments): void {
      const before = args.held();
      const now = args.push(text ?? '');
      heldArguments += args.held() - before;
      if (now !== '' || text === '') queue.wait(block, withText(delta, now), original);
    }
  }

  function deltas(batched: BlockDelta & { batch: Batch }): void {
    const { index, batch } = batched;
    const block = queue.find(index);
    if (!block) return;
    written += batch.characters;
    const changed = block.args && changedDeltas(batch, pushAll(block.args, batch.texts()));
    if (!changed) emit(batched);
    else for (const { delta, original } of changed) queue.wait(block, delta, original);
    advance();
  }

  function pushAll(args: ToolArguments, texts: readonly string[]): string[] {
    const before = args.held();
    const sent = texts.map((text) => args.push(text));
    heldArguments += args.held() - before;
    return sent;
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
    const tooLong = queue.held() + heldArguments > maxHeld;
    if (!tooLong && !queue.crowded()) return;
    const what = tooLong ? `more than ${maxHeld} characters` : 'too many pieces';
    const message = `${what} of the answer had to wait for an unfinished tool call`;
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
    carry,
    reserveId,
    open,
    delta,
    isLive: (key) => phase === 'during' && queue.isLive(key),
    deltas,
    close,
    end,
    fail,
    phase: () => phase,
    written: () => written,
  };
}
