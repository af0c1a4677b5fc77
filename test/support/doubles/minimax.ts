/** MiniMax's Chat Completions with M3: error 2013 for everything, parameters of every tool, calls and results in order. */
import { isObject } from '../../../lib/json.ts';
import { parameters, systemFirst, withParameters } from './chat-field-rules.ts';
import { argumentsParse, goodChat, resultsFollow, resultsHaveCalls } from './chat-rules.ts';
import type { Double } from './double.ts';
import { invalid, miniMaxError, noKey, overflow } from './minimax-words.ts';
import { aboutField, fits, wantsKey } from './rules.ts';

const window = 1_000_000;

export const miniMax: Double = {
  name: 'minimax',
  format: 'chat',
  model: 'MiniMax-M3',
  entry: { context_window: window, max_output_tokens: 131_072 },
  good: [goodChat, { ...goodChat, temperature: 1 }],
  envelope: miniMaxError,
  rules: [
    wantsKey('authorization', 'wavetermdev/waveterm#3238', noKey('Authorization')),
    parameters(
      'every tool has parameters',
      'QwenLM/qwen-code#11834, QwenLM/qwen-code#11905',
      [withParameters(undefined), withParameters({})],
      (given) => isObject(given) && Object.keys(given).length > 0,
      () => invalid('function parameters is empty'),
    ),
    systemFirst('BigPizzaV3/CodexPlusPlus#267', invalid('chat content has invalid message role: system')),
    aboutField(
      'temperature',
      'https://platform.minimax.io/docs/api-reference/text-openai-api, BigPizzaV3/CodexPlusPlus#267',
      [{ temperature: 0 }, { temperature: 1.5 }],
      (value) => (Number(value) > 0 && Number(value) <= 1 ? undefined : invalid('invalid chat setting')),
    ),
    argumentsParse('HKUDS/nanobot#2373, earendil-works/pi#5468', (id) =>
      invalid(`invalid function arguments json string, tool_call_id: ${id}`),
    ),
    resultsFollow('Kilo-Org/kilocode#3967', () => invalid('tool call and result not match')),
    resultsHaveCalls('MiniMax-AI/MiniMax-M2#76', (id) => invalid(`tool result's tool id(${id}) not found`)),
    fits(
      window,
      () => 0,
      'MiniMax-AI/MiniMax-M2#119, NousResearch/hermes-agent#14743',
      () => overflow,
    ),
  ],
  callId: (unique) => `call_function_${unique.toString(36).padStart(12, 'a')}_1`,
};
