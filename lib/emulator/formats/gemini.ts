/**
 * Encodes scripts as generateContent, like the Gemini API: complete function calls, counts in every chunk, the finish reason
 * in the last chunk. The first call of an answer is signed, or else an empty part at its end. The flavour `go` adds
 * OpenCode's price in a final ping.
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
import { geminiPrompt } from '../prompt/render.ts';
import { geminiRules } from '../prompt/rules.ts';
import { inOnePiece, type AnswerHead, type EmulatedFormat, type Frame, type Part } from './format.ts';
import { readGeminiRequest, toArgs } from './gemini-request.ts';

export const gemini: EmulatedFormat = {
  format: 'gemini',
  endpoint: '/v1beta/models',
  quirks: { thinking: 'effort', signedCalls: true },
  suffix: ':streamGenerateContent',
  wholeSuffix: ':generateContent',
  keyHeader: 'x-goog-api-key',
  gatewayName: 'google',
  read: readGeminiRequest,
  prompt: geminiPrompt,
  caching: geminiRules,
  stream,
  whole: (script, head) => inOnePiece(script, wholeAnswer(script, head)),
  errorEvent: (type, message) => chunk('error', { error: { code: codeOf(type), message, status: type } }),
};

const finishReasons = {
  stop: 'STOP',
  tools: 'STOP',
  length: 'MAX_TOKENS',
  filter: 'SAFETY',
} as const satisfies Record<Finish, string>;

function chunk(part: Part, data: object): Frame {
  return { type: 'event', part, text: `data: ${JSON.stringify(data)}\n\n` };
}

function* stream(script: Script, head: AnswerHead): Generator<Frame> {
  const sent: SentCharacters = { thinking: 0, other: 0 };
  let calls = 0;
  const candidate = (part: Part, parts: readonly object[], more: object = {}): Frame =>
    chunk(part, {
      candidates: [{ content: { role: 'model', parts }, ...more, index: 0 }],
      usageMetadata: { promptTokenCount: head.inputTokens, totalTokenCount: head.inputTokens },
      modelVersion: head.model,
      responseId: head.id,
    });

  yield candidate('opening', [{ text: '' }]);
  for (const step of script) {
    switch (step.type) {
      case 'wait':
        yield step;
        break;
      case 'thinking':
        for (const piece of cut(step.text)) {
          sent.thinking += piece.length;
          yield candidate('content', [{ text: piece, thought: true }]);
        }
        if (step.signature !== undefined)
          yield candidate('content', [{ text: '', thought: true, thoughtSignature: step.signature }]);
        break;
      case 'text':
        for (const piece of cut(step.text)) {
          sent.other += piece.length;
          yield candidate('content', [{ text: piece }]);
        }
        break;
      case 'tools':
        for (const made of step.calls) {
          sent.other += argumentsOf(made).length;
          yield candidate('content', [callPart(made, head, calls++)]);
        }
        break;
      case 'usage':
      case 'finish':
        break;
    }
  }
  if (calls === 0) yield candidate('frame', [{ text: '', thoughtSignature: signature(head) }]);
  yield chunk('finish', {
    candidates: [
      {
        content: { role: 'model', parts: [] },
        finishReason: finishReasons[finishOf(script).reason],
        index: 0,
      },
    ],
    usageMetadata: toUsage(countOf(script, head, sent)),
    modelVersion: head.model,
    responseId: head.id,
  });
  if (head.flavour === 'go') yield chunk('cost', { type: 'ping', cost: '0' });
}

/** Only the first of parallel calls is signed, as Google documents. Invalid arguments are sent as a string. */
function callPart(made: ToolCall, head: AnswerHead, index: number): object {
  const { name, id = `call_${head.id}_${index}` } = made;
  return {
    functionCall: { id, name, args: toArgs(argumentsOf(made)) },
    ...(index === 0 && { thoughtSignature: signature(head) }),
  };
}

/** An invented signature, unique to this answer. */
function signature(head: AnswerHead): string {
  return btoa(`emulator ${head.id}`);
}

function toUsage({ input, output, cached, reasoning }: TokenCount): object {
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    totalTokenCount: input + output,
  };
}

function codeOf(type: string): number {
  return { overloaded_error: 503, rate_limit_error: 429, invalid_request_error: 400 }[type] ?? 500;
}

function wholeAnswer(script: Script, head: AnswerHead): object {
  const parts: object[] = [];
  const sent: SentCharacters = { thinking: 0, other: 0 };
  let calls = 0;
  for (const step of script) {
    if (step.type === 'text') {
      const text = join(step.text);
      sent.other += text.length;
      if (text !== '') parts.push({ text });
    }
    if (step.type === 'thinking') {
      const text = join(step.text);
      sent.thinking += text.length;
      const signed = step.signature === undefined ? {} : { thoughtSignature: step.signature };
      parts.push({ text, thought: true, ...signed });
    }
    if (step.type !== 'tools') continue;
    for (const made of step.calls) {
      sent.other += argumentsOf(made).length;
      parts.push(callPart(made, head, calls++));
    }
  }
  return {
    candidates: [
      { content: { role: 'model', parts }, finishReason: finishReasons[finishOf(script).reason], index: 0 },
    ],
    usageMetadata: toUsage(countOf(script, head, sent)),
    modelVersion: head.model,
    responseId: head.id,
    ...(head.flavour === 'go' && { cost: '0' }),
  };
}
