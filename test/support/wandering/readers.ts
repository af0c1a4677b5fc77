/** What an upstream was sent, read by its own format's rules into one shape: the turns of the model, and what answers them. */
import assert from 'node:assert/strict';
import type { WireFormat } from '../../../lib/wire/codec.ts';
import { detailsOf, type Said } from './upstreams.ts';

type Fields = Record<string, any>;

/** One turn of the model, in the order in which its parts stood; `results` are what followed it. */
export interface SentTurn {
  said: Said[];
  /** Reasoning that the format carries beside the parts. */
  reasoning?: string;
  results: { id: string; text: string }[];
}

export function readTurns(format: WireFormat, body: Fields): SentTurn[] {
  const turns: SentTurn[] = [];
  const turn = (): SentTurn => {
    const last = turns.at(-1);
    assert(last, 'a result before any turn of the model');
    return last;
  };
  const say = (fresh: boolean, ...said: Said[]): void => {
    if (fresh) turns.push({ said: [], results: [] });
    turn().said.push(...said);
  };
  const result = (id: string, text: string): void => void turn().results.push({ id, text });
  readers[format](body, say, result, turn);
  return turns;
}

type Say = (fresh: boolean, ...said: Said[]) => void;
type Result = (id: string, text: string) => void;

const readers: Record<WireFormat, (body: Fields, say: Say, result: Result, turn: () => SentTurn) => void> = {
  chat({ messages }, say, result, turn) {
    for (const message of messages) {
      if (message.role === 'tool') result(message.tool_call_id, message.content);
      if (message.role !== 'assistant') continue;
      const thoughts = (message.reasoning_details ?? []).filter(
        (one: Fields) => one.type === 'reasoning.text',
      );
      for (const one of thoughts)
        assert.deepEqual(message.reasoning_details, detailsOf(one), 'details not whole');
      say(true, ...thoughts.map((one: Fields) => thought(one.text, one.signature)));
      if (message.content !== '') say(false, text(message.content));
      for (const made of message.tool_calls ?? [])
        say(false, call(made.id, made.function.name, JSON.parse(made.function.arguments)));
      if (message.reasoning_content !== undefined) turn().reasoning = message.reasoning_content;
    }
  },

  messages({ messages }, say, result) {
    for (const { role, content } of messages) {
      if (role === 'assistant') say(true);
      for (const block of typeof content === 'string' ? [] : content) {
        if (block.type === 'tool_result') result(block.tool_use_id, textOf(block.content));
        if (role !== 'assistant') continue;
        if (block.type === 'thinking') say(false, thought(block.thinking, block.signature));
        else if (block.type === 'text') say(false, text(block.text));
        else if (block.type === 'tool_use') say(false, call(block.id, block.name, block.input));
        else assert.fail(`a block of type ${block.type}`);
      }
    }
  },

  responses({ input }, say, result) {
    let before = '';
    for (const item of input) {
      const spoken =
        item.type === 'message' ? item.role === 'assistant' : item.type !== 'function_call_output';
      if (spoken && before !== 'model') say(true);
      before = spoken ? 'model' : 'user';
      if (item.type === 'function_call_output') result(item.call_id, item.output);
      if (item.type === 'function_call')
        say(false, call(item.call_id, item.name, JSON.parse(item.arguments)));
      if (spoken && item.type === 'message') say(false, text(item.content[0].text));
      if (item.type === 'reasoning') say(false, thought(item.summary[0]?.text ?? '', item.encrypted_content));
    }
  },

  gemini({ contents }, say, result) {
    for (const { role, parts } of contents) {
      if (role === 'model') say(true);
      for (const { functionResponse, functionCall, ...part } of parts) {
        if (functionResponse) result(functionResponse.id, functionResponse.response.output);
        if (role !== 'model') continue;
        const signed =
          part.thoughtSignature === undefined ? {} : { signature: part.thoughtSignature as string };
        if (functionCall)
          say(false, { ...call(functionCall.id, functionCall.name, functionCall.args), ...signed });
        else say(false, { type: part.thought ? 'thought' : 'text', text: part.text, ...signed });
      }
    }
  },
};

const text = (words: string): Said => ({ type: 'text', text: words });
const call = (id: string, name: string, args: object): Said => ({ type: 'call', id, name, args });
const thought = (words: string, signature?: string): Said => ({
  type: 'thought',
  text: words,
  ...(signature !== undefined && { signature }),
});

function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : (content as Fields[]).map((block) => String(block['text'])).join('');
}
