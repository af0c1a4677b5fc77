/**
 * The blocks of one answer in the order in which they leave. The only file that opens, numbers and closes blocks.
 *
 *   block = content_block_start content_block_delta* content_block_stop
 *
 * The head streams live, the others wait (L3). A block opens only when it has something to say (L8), and a thinking block
 * always ends with a signature (L12). An event that leaves as it came is the very object that came, so that its bytes
 * can too.
 */
import type { ToolArguments } from './arguments.ts';
import { lengthOf } from './blocks.ts';
import type { AnswerBlock, BlockDelta, BlockStart, BlockStop, Decoded, Delta } from './events.ts';

export type BlockKey = string | number;

export interface Block {
  key: BlockKey;
  /** The block that had this key before. */
  before: Block | undefined;
  start: AnswerBlock;
  /** The upstream's own event, sent as it is when its number fits. */
  startEvent: BlockStart | undefined;
  /** Deltas that wait: the block is not the head, or has nothing to say yet. */
  waiting: { delta: Delta; original: BlockDelta | undefined }[];
  /** Characters of what waits. */
  held: number;
  /** Kept back until the block closes, for a signature comes last. */
  signature: { signature: string; original: BlockDelta | undefined } | undefined;
  args: ToolArguments | undefined;
  opened: boolean;
  closed: boolean;
  /** No delta is expected any more, but only the turn's end can say whether the arguments may pass. */
  pending: boolean;
  stopEvent: BlockStop | undefined;
  /** Whether there is anything in it that a client should see. */
  says: boolean;
}

export interface BlockQueue {
  add(block: Pick<Block, 'key' | 'start' | 'startEvent' | 'args'>): Block;
  /** The block under this key that still takes deltas. */
  find(key: BlockKey): Block | undefined;
  last(): Block | undefined;
  /** What has not left whole yet, the head first. */
  blocks(): readonly Block[];
  /** A delta for a block; it leaves with the next `advance` that may send it. */
  wait(block: Block, delta: Delta, original: BlockDelta | undefined): void;
  /** Counts characters that wait with a block. */
  hold(block: Block, characters: number): void;
  /** Sends whatever may be sent: all of the head, and the next head when that one is closed. */
  advance(): void;
  clear(): void;
  /** Characters that wait. */
  held(): number;
  /** Tool calls that have left whole. */
  calls(): number;
}

/** `marker` signs thinking that came without a signature. */
export function blockQueue(emit: (decoded: Decoded) => void, marker: string): BlockQueue {
  const queue: Block[] = [];
  /** The latest block of each key; one that stands behind another of its key is reached through it. */
  const latest = new Map<BlockKey, Block>();
  let index = 0;
  let calls = 0;
  let held = 0;

  function add(given: Pick<Block, 'key' | 'start' | 'startEvent' | 'args'>): Block {
    const block: Block = {
      ...given,
      before: find(given.key),
      waiting: [],
      held: 0,
      signature: undefined,
      opened: false,
      closed: false,
      pending: false,
      stopEvent: undefined,
      says: true,
    };
    block.says = !isProse(block);
    queue.push(block);
    latest.set(block.key, block);
    if (queue.length > 1) hold(block, JSON.stringify(block.start).length);
    return block;
  }

  function find(key: BlockKey): Block | undefined {
    let block = latest.get(key);
    while (block && (block.closed || block.pending)) block = block.before;
    if (block) latest.set(key, block);
    else latest.delete(key);
    return block;
  }

  function wait(block: Block, delta: Delta, original: BlockDelta | undefined): void {
    block.waiting.push({ delta, original });
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
      if (head.says) send(head);
      if (!head.closed) break;
      queue.shift();
      if (latest.get(head.key) === head) latest.delete(head.key);
      if (head.says) finish(head);
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
    block.waiting = [];
    release(block);
  }

  function finish(block: Block): void {
    if (block.start.type === 'thinking') {
      // An empty signature says no more than a missing one; the marker says where the thinking was made (P10, L12).
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
    blocks: () => queue,
    wait,
    hold,
    advance,
    clear() {
      queue.splice(0);
      latest.clear();
    },
    held: () => held,
    calls: () => calls,
  };
}

export function isProse({ start }: Block): boolean {
  return start.type === 'text' || start.type === 'thinking';
}
