/**
 * Sends the blocks of one answer in order. This is the only file that opens, numbers and closes blocks.
 *
 *   block = content_block_start content_block_delta* content_block_stop
 *
 * The first block streams live, the others wait (L3). A block opens only when it has content (L8), and a thinking block
 * always ends with a signature (L12). An event that needs no change is sent as the same object, so that its original bytes
 * can be sent (see `asReceived`).
 */
import type { ToolArguments } from './arguments.ts';
import { lengthOf } from './blocks.ts';
import type { AnswerBlock, BlockDelta, BlockStart, BlockStop, Decoded, Delta } from './events.ts';

export type BlockKey = string | number;

export interface Block {
  key: BlockKey;
  /** An earlier open block with the same key. */
  previous: Block | undefined;
  start: AnswerBlock;
  /** The upstream's own event, sent unchanged if its index is right. */
  startEvent: BlockStart | undefined;
  /** Deltas that wait because the block is not the first one, or has no content yet. */
  waiting: { delta: Delta; original: BlockDelta | undefined }[];
  /** Number of characters that wait. */
  held: number;
  /** Held until the block closes, because the signature must come last. */
  signature: { signature: string; original: BlockDelta | undefined } | undefined;
  args: ToolArguments | undefined;
  opened: boolean;
  closed: boolean;
  /** No more deltas are expected, but only the end of the turn decides whether the arguments are valid. */
  pending: boolean;
  stopEvent: BlockStop | undefined;
  hasContent: boolean;
}

export interface BlockQueue {
  add(block: Pick<Block, 'key' | 'start' | 'startEvent' | 'args'>): Block;
  /** The block with this key that still accepts deltas. */
  find(key: BlockKey): Block | undefined;
  last(): Block | undefined;
  /** The blocks that are not completely sent, in order. */
  blocks(): readonly Block[];
  /** Sends a delta at once if nothing precedes it; returns false if it must wait. */
  sendLive(block: Block, delta: Delta): boolean;
  /** Whether a delta of this block is sent at once, and under this key as its index. */
  isLive(key: BlockKey): boolean;
  /** Queues a delta, to be sent by `advance`. */
  wait(block: Block, delta: Delta, original: BlockDelta | undefined): void;
  /** Adds to the number of characters that wait in a block. */
  hold(block: Block, characters: number): void;
  /** Sends what may be sent: the first block, and the next one whenever a block is closed. */
  advance(): void;
  clear(): void;
  /** Number of characters that wait in all blocks. */
  held(): number;
  /** Whether more blocks or deltas wait than memory should be spent on, however short they are. */
  crowded(): boolean;
  /** Number of tool calls that were completely sent. */
  calls(): number;
}

/**
 * How many blocks and deltas may wait. Each costs memory beside its characters, a block some kilobytes. An answer of a model
 * stays far below: it has some ten calls, and a delta has about one token.
 */
export const mostWaiting = { blocks: 20_000, deltas: 1_000_000 } as const;

/** `marker` is the signature for thinking that the upstream did not sign. */
export function blockQueue(emit: (decoded: Decoded) => void, marker: string): BlockQueue {
  const queue: Block[] = [];
  /** The latest block of each key; earlier ones are reached through `previous`. */
  const latest = new Map<BlockKey, Block>();
  let index = 0;
  let calls = 0;
  let held = 0;
  let deltas = 0;

  function add({
    key,
    start,
    startEvent,
    args,
  }: Pick<Block, 'key' | 'start' | 'startEvent' | 'args'>): Block {
    const block: Block = {
      key,
      start,
      startEvent,
      args,
      previous: find(key),
      waiting: [],
      held: 0,
      signature: undefined,
      opened: false,
      closed: false,
      pending: false,
      stopEvent: undefined,
      hasContent: true,
    };
    block.hasContent = !isProse(block);
    queue.push(block);
    latest.set(block.key, block);
    if (queue.length > 1) hold(block, JSON.stringify(block.start).length);
    return block;
  }

  function find(key: BlockKey): Block | undefined {
    let block = latest.get(key);
    while (block && (block.closed || block.pending)) block = block.previous;
    if (block) latest.set(key, block);
    else latest.delete(key);
    return block;
  }

  function sendLive(block: Block, delta: Delta): boolean {
    if (block !== queue[0] || !block.opened || block.waiting.length > 0) return false;
    emit({ type: 'content_block_delta', index, delta });
    return true;
  }

  function isLive(key: BlockKey): boolean {
    const block = find(key);
    return (
      block !== undefined && block === queue[0] && block.opened && block.waiting.length === 0 && key === index
    );
  }

  function wait(block: Block, delta: Delta, original: BlockDelta | undefined): void {
    block.waiting.push({ delta, original });
    deltas++;
    hold(block, lengthOf(delta));
  }

  function hold(block: Block, characters: number): void {
    block.held += characters;
    held += characters;
  }

  function release(block: Block): void {
    held -= block.held;
    block.held = 0;
  }

  function advance(): void {
    for (let head = queue[0]; head; head = queue[0]) {
      if (head.hasContent) send(head);
      if (!head.closed) break;
      queue.shift();
      if (latest.get(head.key) === head) latest.delete(head.key);
      if (head.hasContent) finish(head);
      release(head);
    }
  }

  function send(block: Block): void {
    if (!block.opened) {
      block.opened = true;
      const original = block.startEvent;
      const start = { type: 'content_block_start', index, content_block: block.start } as const;
      emit(original?.index === index ? original : start);
    }
    for (const { delta, original } of block.waiting) {
      const same = original?.index === index && original.delta === delta;
      emit(same ? original : { type: 'content_block_delta', index, delta });
    }
    deltas -= block.waiting.length;
    block.waiting = [];
    release(block);
  }

  function finish(block: Block): void {
    if (block.start.type === 'thinking') {
      // An empty signature is replaced like a missing one; the marker records the thinking's origin (P10, L12).
      const signed = block.signature?.signature ? block.signature : undefined;
      const { signature, original } = signed ?? { signature: marker, original: undefined };
      const delta: Delta = { type: 'signature_delta', signature };
      emit(original?.index === index ? original : { type: 'content_block_delta', index, delta });
    }
    const { stopEvent } = block;
    emit(stopEvent?.index === index ? stopEvent : { type: 'content_block_stop', index });
    if (block.args) calls++;
    index++;
  }

  return {
    add,
    find,
    last: () => queue.at(-1),
    sendLive,
    isLive,
    blocks: () => queue,
    wait,
    hold,
    advance,
    clear() {
      queue.splice(0);
      latest.clear();
    },
    held: () => held,
    crowded: () => queue.length > mostWaiting.blocks || deltas > mostWaiting.deltas,
    calls: () => calls,
  };
}

export function isProse({ start }: Block): boolean {
  return start.type === 'text' || start.type === 'thinking';
}
