/** Writes the text of a stream in which tool calls may have leaked (MiniMax-AI/MiniMax-M2.5#10). */
import type { Remark } from '../../anthropic/events.ts';
import type { Writer } from '../../anthropic/writer.ts';
import type { Route, Turn } from '../codec.ts';
import { brokenLeak, leakNote, leakedCallsOf, type LeakedPiece } from '../decode/leaked/leaked-calls.ts';

export interface LeakingText {
  /** Writes a text delta of a block; false if all of it is text that can pass as it is. */
  write(index: number, text: string): boolean;
  /** Writes the text that was held back at the end of a block. */
  endBlock(index: number): void;
  /** Ends the text of the message; `cut` as in `LeakedCallFilter`. */
  end(cut: boolean): void;
}

/** The names and ids that the client gets. */
export interface ClientNames {
  toClientName: (name: string) => string;
  toClientId: (id: string) => string;
}

/** Undefined for a model that leaks no calls. */
export function leakingText(
  answer: Writer,
  route: Route,
  turn: Turn,
  { toClientName, toClientId }: ClientNames,
  emit: (remark: Remark) => void,
): LeakingText | undefined {
  const filter = leakedCallsOf(route, turn);
  if (!filter) return undefined;
  let calls = 0;

  function take(index: number, piece: LeakedPiece): void {
    if (piece.type === 'broken') return answer.fail('malformed', brokenLeak);
    if (piece.type === 'text') {
      if (!answer.delta(index, { type: 'text_delta', text: piece.text })) answer.prose('text', piece.text);
      return;
    }
    emit({ type: 'note', text: leakNote });
    const key = `leaked call ${calls++}`;
    const { id, name, args } = piece.call;
    answer.open(key, { type: 'tool_use', id: toClientId(id), name: toClientName(name), input: {} });
    answer.delta(key, { type: 'input_json_delta', partial_json: args });
    answer.close(key);
  }

  return {
    write(index, text) {
      const pieces = filter.push(text);
      const [only] = pieces;
      if (pieces.length === 1 && only?.type === 'text' && only.text === text) return false;
      for (const piece of pieces) take(index, piece);
      return true;
    },
    endBlock(index) {
      if (!filter.inCall()) for (const piece of filter.end(false)) take(index, piece);
    },
    end(cut) {
      for (const piece of filter.end(cut)) take(-1, piece);
    },
  };
}
