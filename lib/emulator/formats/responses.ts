/**
 * Encodes scripts as Responses, as OpenAI sends them and OpenCode forwards them: typed events, and the text repeated in a
 * part, an item and the response. The flavour `go` adds the gateway's price in a final ping.
 */
import {
  argumentsOf,
  countOf,
  cut,
  finishOf,
  type Script,
  type SentCharacters,
  type TokenCount,
  type ToolCall,
} from '../script.ts';
import { responsesPrompt } from '../prompt/render.ts';
import { openAiRules } from '../prompt/rules.ts';
import { inOnePiece, type AnswerHead, type EmulatedFormat, type Frame, type Part } from './format.ts';
import { callItem, itemsOf, messageItem, reasoningItem, type Item } from './responses-items.ts';
import { readResponsesRequest } from './responses-request.ts';

export const responses: EmulatedFormat = {
  format: 'responses',
  endpoint: '/v1/responses',
  quirks: { thinking: 'effort' },
  suffix: '/responses',
  keyHeader: 'authorization',
  gatewayName: 'openai',
  read: readResponsesRequest,
  prompt: responsesPrompt,
  caching: openAiRules,
  stream,
  whole: (script, head) => inOnePiece(script, wholeAnswer(script, head)),
  errorEvent: (type, message) => event('error', 'error', { code: type, message, param: null }),
};

function event(part: Part, type: string, data: object = {}): Frame {
  return { type: 'event', part, text: `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n` };
}

function* stream(script: Script, head: AnswerHead): Generator<Frame> {
  let sequence = 0;
  const emit = (part: Part, type: string, data: object): Frame =>
    event(part, `response.${type}`, { sequence_number: sequence++, ...data });
  const sent: SentCharacters = { thinking: 0, other: 0 };
  const done: Item[] = [];
  /** The open item and its text so far. */
  let open:
    | { item: Item; kind: 'text' | 'thinking'; text: string; signature: string | undefined }
    | undefined;

  function* begin(kind: 'text' | 'thinking'): Generator<Frame> {
    if (open?.kind === kind) return;
    yield* finish();
    const item = kind === 'text' ? messageItem(head, done.length) : reasoningItem(head, done.length);
    open = { item, kind, text: '', signature: undefined };
    yield emit('frame', 'output_item.added', { output_index: done.length, item });
  }

  function* piece(kind: 'text' | 'thinking', text: string): Generator<Frame> {
    yield* begin(kind);
    if (!open) return;
    // Reasoning without a summary has no part.
    if (open.text === '')
      yield emit('frame', `${names[kind].part}.added`, { ...place(), part: names[kind].empty });
    open.text += text;
    yield emit('content', `${names[kind].text}.delta`, { ...place(), delta: text });
  }

  function* finish(): Generator<Frame> {
    if (!open) return;
    const { kind, text, signature } = open;
    const { text: textEvent, part, full } = names[kind];
    if (text !== '') {
      yield emit('frame', `${textEvent}.done`, { ...place(), text });
      yield emit('frame', `${part}.done`, { ...place(), part: full(text) });
    }
    const item =
      kind === 'text'
        ? messageItem(head, done.length, text)
        : reasoningItem(head, done.length, text, signature);
    open = undefined;
    yield emit('frame', 'output_item.done', { output_index: done.length, item });
    done.push(item);
  }

  function place(): object {
    const at = open?.kind === 'text' ? { content_index: 0 } : { summary_index: 0 };
    return { item_id: open?.item['id'], output_index: done.length, ...at };
  }

  function* tool(made: ToolCall): Generator<Frame> {
    yield* finish();
    const added = callItem(head, done.length, made, '');
    const at = { item_id: added['id'], output_index: done.length };
    yield emit('frame', 'output_item.added', { output_index: done.length, item: added });
    for (const delta of cut(argumentsOf(made))) {
      sent.other += delta.length;
      yield emit('content', 'function_call_arguments.delta', { ...at, delta });
    }
    const item = callItem(head, done.length, made);
    yield emit('frame', 'function_call_arguments.done', { ...at, arguments: argumentsOf(made) });
    yield emit('frame', 'output_item.done', { output_index: done.length, item });
    done.push(item);
  }

  yield emit('opening', 'created', { response: response(head, 'in_progress') });
  yield emit('opening', 'in_progress', { response: response(head, 'in_progress') });
  for (const step of script) {
    switch (step.type) {
      case 'wait':
        yield step;
        break;
      case 'thinking':
        if (step.signature !== undefined) {
          yield* begin('thinking');
          if (open) open.signature = step.signature;
        }
        for (const text of cut(step.text)) {
          sent.thinking += text.length;
          yield* piece('thinking', text);
        }
        break;
      case 'text':
        for (const text of cut(step.text)) {
          sent.other += text.length;
          yield* piece('text', text);
        }
        break;
      case 'tools':
        for (const made of step.calls) yield* tool(made);
        break;
      case 'usage':
      case 'finish':
        break;
    }
  }
  yield* finish();
  const ending = endingOf(script, head, done, countOf(script, head, sent));
  yield emit('finish', ending.status === 'incomplete' ? 'incomplete' : 'completed', { response: ending });
  if (head.flavour === 'go') yield event('cost', 'ping', { cost: '0' });
}

/** The event names and parts of text and thinking. */
const names = {
  text: {
    text: 'output_text',
    part: 'content_part',
    empty: { type: 'output_text', text: '', annotations: [] },
    full: (text: string): object => ({ type: 'output_text', text, annotations: [] }),
  },
  thinking: {
    text: 'reasoning_summary_text',
    part: 'reasoning_summary_part',
    empty: { type: 'summary_text', text: '' },
    full: (text: string): object => ({ type: 'summary_text', text }),
  },
} as const;

interface Response {
  status: 'in_progress' | 'completed' | 'incomplete';
  output: readonly Item[];
  [field: string]: unknown;
}

function response(head: AnswerHead, status: Response['status'], output: readonly Item[] = []): Response {
  return {
    id: `resp_${head.id}`,
    object: 'response',
    created_at: head.created,
    status,
    background: false,
    completed_at: status === 'completed' ? head.created : null,
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    metadata: {},
    model: head.model,
    output,
    parallel_tool_calls: true,
    presence_penalty: 0,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: 'disabled',
    usage: null,
  };
}

function endingOf(script: Script, head: AnswerHead, output: readonly Item[], counted: TokenCount): Response {
  const { reason } = finishOf(script);
  const cutBy = { length: 'max_output_tokens', filter: 'content_filter', stop: undefined, tools: undefined }[
    reason
  ];
  return {
    ...response(head, cutBy === undefined ? 'completed' : 'incomplete', output),
    ...(cutBy !== undefined && { incomplete_details: { reason: cutBy } }),
    usage: toUsage(counted),
  };
}

function toUsage({ input, output, cached, reasoning }: TokenCount): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

function wholeAnswer(script: Script, head: AnswerHead): object {
  const { items, sent } = itemsOf(script, head);
  return {
    ...endingOf(script, head, items, countOf(script, head, sent)),
    ...(head.flavour === 'go' && { cost: '0' }),
  };
}
