/** The calls of an assistant turn that wait for their results, found by id in constant time, and unique ids for them. */
import type { ToolResultBlock, ToolUseBlock } from '../../anthropic/request.ts';

/** `id` is the client's; the id in `call` differs from it after `uniqueIds`. */
export interface PendingCall {
  id: string;
  call: ToolUseBlock;
  result?: ToolResultBlock;
}

export interface PendingCalls {
  /** In their order. */
  readonly calls: readonly PendingCall[];
  add(id: string, call: ToolUseBlock): void;
  /** Whether any call has its result. */
  isAnswered(): boolean;
  /**
   * Gives the result to the first call with its id that has none. Otherwise it is `repeated` if a call with this id has a
   * result with the same content, else `stray`.
   */
  take(result: ToolResultBlock): 'taken' | 'repeated' | 'stray';
}

/** The calls with one id. */
interface SameId {
  calls: PendingCall[];
  /** How many have their result: those at the beginning. */
  answered: number;
  /** Their contents as JSON, once a result is one too many. */
  contents?: Set<string | undefined>;
}

export function pendingCalls(): PendingCalls {
  const calls: PendingCall[] = [];
  const byId = new Map<string, SameId>();
  let isAnswered = false;

  function add(id: string, call: ToolUseBlock): void {
    const pending = { id, call };
    const same = byId.get(id);
    calls.push(pending);
    if (same) same.calls.push(pending);
    else byId.set(id, { calls: [pending], answered: 0 });
  }

  function take(result: ToolResultBlock): 'taken' | 'repeated' | 'stray' {
    const same = byId.get(result.tool_use_id);
    if (!same) return 'stray';
    const pending = same.calls[same.answered];
    if (pending) {
      same.answered++;
      isAnswered = true;
      pending.result = result;
      return 'taken';
    }
    same.contents ??= new Set(same.calls.map((one) => JSON.stringify(one.result?.content)));
    return same.contents.has(JSON.stringify(result.content)) ? 'repeated' : 'stray';
  }

  return { calls, add, isAnswered: () => isAnswered, take };
}

/**
 * Anthropic's API requires unique ids in a conversation, and so does pairing: a repeated id gets the first free number from
 * 2, and a call without an id is named by its place.
 */
export function uniqueIds(): (id: string) => string {
  const used = new Set<string>();
  /** The next number to try for each repeated id. */
  const next = new Map<string, number>();
  return (id) => {
    let name = id || `call_${used.size + 1}`;
    if (used.has(name)) {
      const stem = id || 'call';
      let number = next.get(stem) ?? 2;
      while (used.has(`${stem}_${number}`)) number++;
      next.set(stem, number + 1);
      name = `${stem}_${number}`;
    }
    used.add(name);
    return name;
  };
}
