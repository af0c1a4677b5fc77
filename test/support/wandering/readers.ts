/** What an upstream was sent, read by its own format's rules into one shape: the turns of the model, and what answers them. */
import assert from 'node:assert/strict';
import type { WireFormat } from '../../../lib/wire/codec.ts';
import { list, words, type Loose } from '../loose.ts';
import { detailsOf, type Said } from './upstreams.ts';

/** One turn of the model, in the order in which its parts stood; `results` are what followed it. */
export interface SentTurn {
  said: Said[];
  /** Reasoning that the format carries beside the parts. */
  reasoning?: string;
  results: { id: string; text: string }[];
}

export function readTurns(format: WireFormat, body: object): SentTurn[] {
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
  readers[format](body as Loose, say, result, turn);
  return turns;
}

type Say = (fresh: boolean, ...said: Said[]) => void;
type Result = (id: string, text: string) => void;

const readers: Record<WireFormat, (body: Loose, say: Say, result: Result, turn: () => SentTurn) => void> = {
  chat({ messages }, say, result, turn) {
    for (const message of list(messages)) {
      const { role, content, reasoning_content: reasoning, reasoning_details: details } = message;
      if (words(role) === 'tool') result(words(message['tool_call_id']), words(content));
      if (words(role) !== 'assistant') continue;
      const thoughts = list(details)
        .filter(({ type }) => words(type) === 'reasoning.text')
        .map((one) => thought(words(one['text']), words(one['signature'])));
      for (const one of thoughts) assert.deepEqual(details, detailsOf(one), 'details not whole');
      say(true, ...thoughts);
      if (words(content) !== '') say(false, text(words(content)));
      for (const made of list(message['tool_calls']))
        say(false, call(made['id'], made['function']?.['name'], parsed(made['function']?.['arguments'])));
      if (reasoning !== undefined) turn().reasoning = words(reasoning);
    }
  },

  messages({ messages }, say, result) {
    for (const message of list(messages)) {
      const role = words(message['role']);
      if (role === 'assistant') say(true);
      for (const block of list(message['content'])) {
        const type = words(block['type']);
        if (type === 'tool_result') result(words(block['tool_use_id']), textOf(block['content']));
        if (role !== 'assistant') continue;
        if (type === 'thinking') say(false, thought(words(block['thinking']), words(block['signature'])));
        else if (type === 'text') say(false, text(words(block['text'])));
        else if (type === 'tool_use') say(false, call(block['id'], block['name'], block['input']));
        else assert.fail(`a block of type ${type}`);
      }
    }
  },

  responses({ input }, say, result) {
    let before = '';
    for (const item of list(input)) {
      const type = words(item['type']);
      const spoken =
        type === 'message' ? words(item['role']) === 'assistant' : type !== 'function_call_output';
      if (spoken && before !== 'model') say(true);
      before = spoken ? 'model' : 'user';
      if (type === 'function_call_output') result(words(item['call_id']), words(item['output']));
      if (type === 'function_call')
        say(false, call(item['call_id'], item['name'], parsed(item['arguments'])));
      if (spoken && type === 'message') say(false, text(textOf(item['content'])));
      if (type === 'reasoning')
        say(false, thought(textOf(item['summary']), words(item['encrypted_content'])));
    }
  },

  gemini({ contents }, say, result) {
    for (const content of list(contents)) {
      const model = words(content['role']) === 'model';
      if (model) say(true);
      for (const part of list(content['parts'])) {
        const { functionResponse, functionCall, thought: thinks, thoughtSignature } = part;
        if (functionResponse)
          result(words(functionResponse['id']), words(functionResponse['response']?.['output']));
        if (!model) continue;
        const signed = thoughtSignature === undefined ? {} : { signature: words(thoughtSignature) };
        if (functionCall)
          say(false, { ...call(functionCall['id'], functionCall['name'], functionCall['args']), ...signed });
        else say(false, { type: thinks ? 'thought' : 'text', text: words(part['text']), ...signed });
      }
    }
  },
};

const text = (said: string): Said => ({ type: 'text', text: said });
const call = (id: unknown, name: unknown, args: object | undefined): Said => ({
  type: 'call',
  id: words(id),
  name: words(name),
  args: args ?? {},
});
const thought = (said: string, signature: string): Extract<Said, { type: 'thought' }> => ({
  type: 'thought',
  text: said,
  signature,
});

function parsed(json: unknown): object {
  return JSON.parse(words(json)) as object;
}

function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : list(content)
        .map((part) => words(part['text']))
        .join('');
}
