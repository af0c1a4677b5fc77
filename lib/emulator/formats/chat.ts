/**
 * Encodes scripts as Chat Completions, as observed on OpenCode Go: explicit nulls, reasoning in `reasoning_content`, a usage
 * chunk, prices before and after `[DONE]`. The flavour `plain` follows OpenAI's documentation.
 */
import {
  argumentsOf,
  countOf,
  cut,
  finishOf,
  join,
  type Finish,
  type Script,
  type SentCharacters,
  type TokenCount,
  type ToolCall,
} from '../script.ts';
import { chatPrompt } from '../prompt/render.ts';
import { openAiRules } from '../prompt/rules.ts';
import { readChatRequest } from './chat-request.ts';
import { inOnePiece, type AnswerHead, type EmulatedFormat, type Frame, type Part } from './format.ts';

export const chat: EmulatedFormat = {
  format: 'chat',
  endpoint: '/v1/chat/completions',
  quirks: { thinking: 'effort', replayReasoning: 'always' },
  suffix: '/chat/completions',
  keyHeader: 'authorization',
  gatewayName: 'oa-compat',
  read: readChatRequest,
  prompt: chatPrompt,
  caching: openAiRules,
  stream,
  whole: (script, head) => inOnePiece(script, wholeAnswer(script, head)),
  errorEvent: (type, message) => chunk('error', { error: { message, type, param: null, code: type } }),
};

const finishReasons = {
  stop: 'stop',
  tools: 'tool_calls',
  length: 'length',
  filter: 'content_filter',
} as const satisfies Record<Finish, string>;

function chunk(part: Part, data: unknown): Frame {
  return { type: 'event', part, text: `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n` };
}

function* stream(script: Script, head: AnswerHead): Generator<Frame> {
  const go = head.flavour === 'go';
  const frame = {
    id: `chatcmpl-${head.id}`,
    object: 'chat.completion.chunk',
    created: head.created,
    model: head.model,
  };
  // Go sends absent fields as null; OpenAI omits them.
  const empty = go ? { content: null, reasoning_content: null, tool_calls: null } : {};
  const choice = (part: Part, delta: object, finish: string | null = null): Frame =>
    chunk(part, {
      ...frame,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(go && { usage: null }),
    });

  const sent: SentCharacters = { thinking: 0, other: 0 };
  let calls = 0;
  yield choice('opening', { role: 'assistant', ...empty, content: '' });
  for (const step of script) {
    switch (step.type) {
      case 'wait':
        yield step;
        break;
      case 'thinking':
        for (const piece of cut(step.text)) {
          sent.thinking += piece.length;
          yield choice('content', { ...empty, reasoning_content: piece });
        }
        break;
      case 'text':
        for (const piece of cut(step.text)) {
          sent.other += piece.length;
          yield choice('content', { ...empty, content: piece });
        }
        break;
      case 'tools':
        for (const [part, entry] of callDeltas(step.calls, calls, head)) {
          yield choice(part, { ...empty, tool_calls: [entry] });
        }
        for (const made of step.calls) sent.other += argumentsOf(made).length;
        calls += step.calls.length;
        break;
      case 'usage':
      case 'finish':
        break;
    }
  }
  const counted = countOf(script, head, sent);
  yield choice('finish', empty, finishReasons[finishOf(script).reason]);
  yield chunk('usage', { ...frame, choices: [], usage: toUsage(counted) });
  if (go) yield chunk('cost', { choices: [], 'x-opencode-type': 'inference-cost', ...nominalCost(counted) });
  yield chunk('end', '[DONE]');
  // The billed amount follows the end. It is 0 for a subscription.
  if (go) yield chunk('cost', { choices: [], cost: '0' });
}

/** The heads of all calls, then their argument fragments, interleaved and distinguished by index. */
function* callDeltas(
  calls: readonly ToolCall[],
  firstIndex: number,
  head: AnswerHead,
): Generator<[Part, object]> {
  const go = head.flavour === 'go';
  for (const [i, made] of calls.entries()) {
    const index = firstIndex + i;
    const name = {
      id: toolId(made, head, index),
      type: 'function',
      function: { name: made.name, arguments: '' },
    };
    yield ['content', { index, ...name }];
  }
  const waiting = calls.map((made) => [...cut(argumentsOf(made))]);
  for (let turn = 0; waiting.some((pieces) => turn < pieces.length); turn++) {
    for (const [i, pieces] of waiting.entries()) {
      const fragment = pieces[turn];
      if (fragment === undefined) continue;
      const unnamed = go
        ? { id: null, type: 'function', function: { name: null, arguments: fragment } }
        : { function: { arguments: fragment } };
      yield ['content', { index: firstIndex + i, ...unnamed }];
    }
  }
}

function toolId(made: ToolCall, head: AnswerHead, index: number): string {
  return made.id ?? `call_${head.id}_${index}`;
}

function toUsage({ input, output, cached, reasoning }: TokenCount): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

/** The list price in US dollars per million tokens, with invented rates: 0.5 input, 0.05 cached, 2 output. */
function nominalCost({ input, output, cached, written = 0, reasoning }: TokenCount): object {
  const dollars = ((input - cached) * 0.5 + cached * 0.05 + output * 2) / 1e6;
  return {
    cost: dollars.toFixed(8),
    normalizedUsage: {
      inputTokens: input - cached,
      outputTokens: output,
      reasoningTokens: reasoning,
      cacheReadTokens: cached,
      cacheWrite5mTokens: written,
      cacheWrite1hTokens: 0,
    },
  };
}

function wholeAnswer(script: Script, head: AnswerHead): object {
  let text = '';
  let thinking = '';
  const calls: ToolCall[] = [];
  for (const step of script) {
    if (step.type === 'text') text += join(step.text);
    if (step.type === 'thinking') thinking += join(step.text);
    if (step.type === 'tools') calls.push(...step.calls);
  }
  const other = calls.reduce((sum, made) => sum + argumentsOf(made).length, text.length);
  return {
    id: `chatcmpl-${head.id}`,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' ? null : text,
          ...(thinking !== '' && { reasoning_content: thinking }),
          ...(calls.length > 0 && {
            tool_calls: calls.map((made, index) => ({
              id: toolId(made, head, index),
              type: 'function',
              function: { name: made.name, arguments: argumentsOf(made) },
            })),
          }),
        },
        logprobs: null,
        finish_reason: finishReasons[finishOf(script).reason],
      },
    ],
    usage: toUsage(countOf(script, head, { thinking: thinking.length, other })),
    ...(head.flavour === 'go' && { cost: '0' }),
  };
}
