/** Reads an upstream request into a common form: the model's turns, each with the results that followed. */
import assert from 'node:assert/strict';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { asObjects, asText, type LooseJson } from '../loose-json.ts';
import { readable, type Format } from '../turns.ts';
import { detailsOf, type Part } from './upstreams.ts';

/** One turn of the model. */
export interface SentTurn {
  parts: Part[];
  /** Reasoning in a separate field of the message. */
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
  const addParts = (newTurn: boolean, ...content: Part[]): void => {
    if (newTurn) turns.push({ parts: [], results: [] });
    turn().parts.push(...content);
  };
  const addResult = (id: string, text: string): void => void turn().results.push({ id, text });
  readers[readable(format)](body as LooseJson, addParts, addResult, turn);
  return turns;
}

type AddParts = (newTurn: boolean, ...content: Part[]) => void;
type AddResult = (id: string, text: string) => void;

const readers: Record<
  Format,
  (body: LooseJson, addParts: AddParts, addResult: AddResult, turn: () => SentTurn) => void
> = {
  chat({ messages }, addParts, addResult, turn) {
    for (const message of asObjects(messages)) {
      const { role, content, reasoning_content: reasoning, reasoning_details: details } = message;
      if (asText(role) === 'tool') addResult(asText(message['tool_call_id']), asText(content));
      if (asText(role) !== 'assistant') continue;
      const thoughts = asObjects(details)
        .filter(({ type }) => asText(type) === 'reasoning.text')
        .map((one) => thought(asText(one['text']), asText(one['signature'])));
      for (const one of thoughts) assert.deepEqual(details, detailsOf(one), 'details not whole');
      addParts(true, ...thoughts);
      if (asText(content) !== '') addParts(false, text(asText(content)));
      for (const made of asObjects(message['tool_calls']))
        addParts(false, {
          ...call(made['id'], made['function']?.['name'], parsed(made['function']?.['arguments'])),
          ...signedBy(made['extra_content']?.['vertex']?.['thought_signature']),
        });
      if (reasoning !== undefined) turn().reasoning = asText(reasoning);
    }
  },

  messages({ messages }, addParts, addResult) {
    for (const message of asObjects(messages)) {
      const role = asText(message['role']);
      if (role === 'assistant') addParts(true);
      for (const block of asObjects(message['content'])) {
        const type = asText(block['type']);
        if (type === 'tool_result') addResult(asText(block['tool_use_id']), textOf(block['content']));
        if (role !== 'assistant') continue;
        if (type === 'thinking')
          addParts(false, thought(asText(block['thinking']), asText(block['signature'])));
        else if (type === 'text') addParts(false, text(asText(block['text'])));
        else if (type === 'tool_use')
          addParts(false, {
            ...call(block['id'], block['name'], block['input']),
            ...signedBy(block['vendor_state']),
          });
        else assert.fail(`a block of type ${type}`);
      }
    }
  },

  responses({ input }, addParts, addResult) {
    let before = '';
    for (const item of asObjects(input)) {
      const type = asText(item['type']);
      const spoken =
        type === 'message' ? asText(item['role']) === 'assistant' : type !== 'function_call_output';
      if (spoken && before !== 'model') addParts(true);
      before = spoken ? 'model' : 'user';
      if (type === 'function_call_output') addResult(asText(item['call_id']), asText(item['output']));
      if (type === 'function_call')
        addParts(false, {
          ...call(item['call_id'], item['name'], parsed(item['arguments'])),
          ...signedBy(item['namespace']),
        });
      if (spoken && type === 'message')
        addParts(false, { ...text(textOf(item['content'])), ...signedBy(item['phase']) });
      if (type === 'reasoning')
        addParts(false, thought(textOf(item['summary']), asText(item['encrypted_content'])));
    }
  },

  gemini({ contents }, addParts, addResult) {
    for (const content of asObjects(contents)) {
      const model = asText(content['role']) === 'model';
      if (model) addParts(true);
      for (const part of asObjects(content['parts'])) {
        const { functionResponse, functionCall, thought: thinks, thoughtSignature } = part;
        if (functionResponse)
          addResult(asText(functionResponse['id']), asText(functionResponse['response']?.['output']));
        if (!model) continue;
        const signed = signedBy(thoughtSignature);
        if (functionCall)
          addParts(false, {
            ...call(functionCall['id'], functionCall['name'], functionCall['args']),
            ...signed,
          });
        else addParts(false, { type: thinks ? 'thought' : 'text', text: asText(part['text']), ...signed });
      }
    }
  },
};

const text = (content: string): Part => ({ type: 'text', text: content });
const call = (id: unknown, name: unknown, args: object | undefined): Part => ({
  type: 'call',
  id: asText(id),
  name: asText(name),
  args: args ?? {},
});
const thought = (content: string, signature: string): Extract<Part, { type: 'thought' }> => ({
  type: 'thought',
  text: content,
  signature,
});

function signedBy(signature: unknown): { signature?: string } {
  return signature === undefined ? {} : { signature: asText(signature) };
}

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
