/** What an upstream was sent, read by its own format's rules into one shape: the turns of the model, and what answers them. */
import assert from 'node:assert/strict';
import type { WireFormat } from '../../../lib/wire/codec.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import { detailsOf, type Part } from './upstreams.ts';

/** One turn of the model, in the order in which its parts stood; `results` are what followed it. */
export interface SentTurn {
  parts: Part[];
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
  const say = (fresh: boolean, ...said: Part[]): void => {
    if (fresh) turns.push({ parts: [], results: [] });
    turn().parts.push(...said);
  };
  const result = (id: string, text: string): void => void turn().results.push({ id, text });
  readers[format](body as LooseJson, say, result, turn);
  return turns;
}

type Say = (fresh: boolean, ...said: Part[]) => void;
type Result = (id: string, text: string) => void;

const readers: Record<WireFormat, (body: LooseJson, say: Say, result: Result, turn: () => SentTurn) => void> =
  {
    chat({ messages }, say, result, turn) {
      for (const message of asObjects(messages)) {
        const { role, content, reasoning_content: reasoning, reasoning_details: details } = message;
        if (asText(role) === 'tool') result(asText(message['tool_call_id']), asText(content));
        if (asText(role) !== 'assistant') continue;
        const thoughts = asObjects(details)
          .filter(({ type }) => asText(type) === 'reasoning.text')
          .map((one) => thought(asText(one['text']), asText(one['signature'])));
        for (const one of thoughts) assert.deepEqual(details, detailsOf(one), 'details not whole');
        say(true, ...thoughts);
        if (asText(content) !== '') say(false, text(asText(content)));
        for (const made of asObjects(message['tool_calls']))
          say(false, call(made['id'], made['function']?.['name'], parsed(made['function']?.['arguments'])));
        if (reasoning !== undefined) turn().reasoning = asText(reasoning);
      }
    },

    messages({ messages }, say, result) {
      for (const message of asObjects(messages)) {
        const role = asText(message['role']);
        if (role === 'assistant') say(true);
        for (const block of asObjects(message['content'])) {
          const type = asText(block['type']);
          if (type === 'tool_result') result(asText(block['tool_use_id']), textOf(block['content']));
          if (role !== 'assistant') continue;
          if (type === 'thinking') say(false, thought(asText(block['thinking']), asText(block['signature'])));
          else if (type === 'text') say(false, text(asText(block['text'])));
          else if (type === 'tool_use') say(false, call(block['id'], block['name'], block['input']));
          else assert.fail(`a block of type ${type}`);
        }
      }
    },

    responses({ input }, say, result) {
      let before = '';
      for (const item of asObjects(input)) {
        const type = asText(item['type']);
        const spoken =
          type === 'message' ? asText(item['role']) === 'assistant' : type !== 'function_call_output';
        if (spoken && before !== 'model') say(true);
        before = spoken ? 'model' : 'user';
        if (type === 'function_call_output') result(asText(item['call_id']), asText(item['output']));
        if (type === 'function_call')
          say(false, call(item['call_id'], item['name'], parsed(item['arguments'])));
        if (spoken && type === 'message') say(false, text(textOf(item['content'])));
        if (type === 'reasoning')
          say(false, thought(textOf(item['summary']), asText(item['encrypted_content'])));
      }
    },

    gemini({ contents }, say, result) {
      for (const content of asObjects(contents)) {
        const model = asText(content['role']) === 'model';
        if (model) say(true);
        for (const part of asObjects(content['parts'])) {
          const { functionResponse, functionCall, thought: thinks, thoughtSignature } = part;
          if (functionResponse)
            result(asText(functionResponse['id']), asText(functionResponse['response']?.['output']));
          if (!model) continue;
          const signed = thoughtSignature === undefined ? {} : { signature: asText(thoughtSignature) };
          if (functionCall)
            say(false, {
              ...call(functionCall['id'], functionCall['name'], functionCall['args']),
              ...signed,
            });
          else say(false, { type: thinks ? 'thought' : 'text', text: asText(part['text']), ...signed });
        }
      }
    },
  };

const text = (said: string): Part => ({ type: 'text', text: said });
const call = (id: unknown, name: unknown, args: object | undefined): Part => ({
  type: 'call',
  id: asText(id),
  name: asText(name),
  args: args ?? {},
});
const thought = (said: string, signature: string): Extract<Part, { type: 'thought' }> => ({
  type: 'thought',
  text: said,
  signature,
});

function parsed(json: unknown): object {
  return JSON.parse(asText(json)) as object;
}

function textOf(content: unknown): string {
  return typeof content === 'string'
    ? content
    : asObjects(content)
        .map((part) => asText(part['text']))
        .join('');
}
