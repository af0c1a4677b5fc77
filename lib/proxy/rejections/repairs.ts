/** From a diagnosis to the changes that may answer it, the likeliest first, and for whom each is remembered. */
import { wireFormats, type WireRoute } from '../../wire/formats.ts';
import type { Provider } from '../../config/settings.ts';
import type { Change } from './changes.ts';
import { listOf } from './changes.ts';
import { leastAnswer } from './diagnose.ts';
import type { Diagnosis, Remedy } from './diagnosis.ts';
import { folded, toSegments } from './field-names.ts';
import { findField, findPath, valueAt } from './sent-fields.ts';
import { acceptedValue, maximumLength, suggestedName } from './values.ts';

/** How long a change that helped is kept: for the model, for the conversation, or for this request alone. */
export type Scope = 'model' | 'conversation' | 'request';

export interface Proposal {
  change: Change;
  scope: Scope;
}

/** What was sent, as the upstream has seen it. */
export interface Sent {
  body: unknown;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

export interface Patient {
  route: WireRoute;
  provider: Pick<Provider, 'endpoints'>;
  sent: Sent;
  /** The changes that were made before. */
  made: readonly Change[];
}

/** Headers without which no request is understood. */
const essentialHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'anthropic-version',
  'accept',
  'user-agent',
  'host',
]);

/** The changes that may answer the diagnosis. None changes what the client asks for, and none is about a field that was not named. */
export function proposals(diagnosis: Diagnosis, patient: Patient): Proposal[] {
  switch (diagnosis.about) {
    case 'format':
      return otherFormat(patient);
    case 'field':
    case 'header':
    case 'request':
    case 'media':
      return [...remedied(diagnosis, patient), ...named(diagnosis, patient)];
    case 'tool_schema':
      return [...remedied(diagnosis, patient), ...keywords(diagnosis, patient), ...schemaLevels];
    case 'turn_order':
      return [...remedied(diagnosis, patient), ...orders, ...named(diagnosis, patient)];
    case 'thinking_history':
      return [...remedied(diagnosis, patient), conversation({ kind: 'no_thinking' })];
    case 'seal':
      return seals(diagnosis, patient.route);
    case 'answer_limit':
      return [...answerOf(diagnosis.counts?.limit, 'model'), ...named(diagnosis, patient)];
    case 'answer_room': {
      const { limit = 0, input = limit } = diagnosis.counts ?? {};
      // SGLang also refuses a sum that only reaches the limit (sgl-project/sglang, tokenizer_manager.py); a server may count
      // a little more the second time.
      const left = limit - input - 1;
      return [...answerOf(left, 'conversation'), ...answerOf(Math.floor(left * 0.98), 'conversation')];
    }
    default:
      return [];
  }
}

const model = (change: Change): Proposal => ({ change, scope: 'model' });
const conversation = (change: Change): Proposal => ({ change, scope: 'conversation' });
const quirks = (changed: Extract<Change, { kind: 'quirks' }>['quirks']): Change => ({
  kind: 'quirks',
  quirks: changed,
});

const schemaLevels = (['common', 'plain', 'bare'] as const).map((level) => model({ kind: 'schemas', level }));

const orders: readonly Proposal[] = [
  model(quirks({ userAfterTool: false })),
  model({ kind: 'system_as_user' }),
  model({ kind: 'end_with_user' }),
];

const remedies: Readonly<Record<Remedy, readonly Proposal[]>> = {
  user_after_tool: orders.slice(0, 1),
  system_as_user: orders.slice(1, 2),
  end_with_user: orders.slice(2, 3),
  effort_none: [model(quirks({ effortWithTools: 'none' })), model(quirks({ effortWithTools: 'omit' }))],
  no_thinking: [conversation({ kind: 'no_thinking' })],
  replay_reasoning: [
    model(quirks({ replayReasoning: 'always' })),
    model(quirks({ replayReasoning: 'tool_calls' })),
  ],
  always_thinks: [model(quirks({ thinkingAlwaysOn: true }))],
  no_thinking_fields: [model(quirks({ thinking: 'none' }))],
  text_in_results: [model({ kind: 'text_in_results' })],
  no_clear_thinking: [model({ kind: 'no_clear_thinking' })],
  no_images: [model({ kind: 'lacks', capability: 'images' })],
  no_documents: [model({ kind: 'lacks', capability: 'documents' })],
  no_web_search: [model(quirks({ webSearch: false }))],
  no_ranges: [model(quirks({ schema: 'no_ranges' }))],
};

function remedied({ remedy }: Diagnosis, _patient: Patient): readonly Proposal[] {
  return remedy === undefined ? [] : remedies[remedy];
}

function seals(diagnosis: Diagnosis, route: WireRoute): Proposal[] {
  return [
    conversation({ kind: 'no_seals', standIn: standsIn(diagnosis, route) }),
    conversation({ kind: 'no_seals', standIn: true }),
  ];
}

/** Fields that hold signatures or encrypted reasoning. */
const sealFields: ReadonlySet<string> = new Set(['encryptedcontent', 'signature', 'thoughtsignature']);

/** `tools.0.custom.name`, `messages.73.member.content.2.member.toolUse.name`. */
function isToolName(path: string): boolean {
  const segments = toSegments(path).map(folded);
  return segments.some((segment) => /^(?:tools?|tooluse|toolspec|function|toolcalls)$/.test(segment));
}

/** Gemini accepts a placeholder for a missing signature, also behind its OpenAI-compatible endpoint. */
function standsIn({ words = '' }: Diagnosis, { format }: WireRoute): boolean {
  return format === 'gemini' || words.includes('thought_signature') || words.includes('thought signature');
}

function otherFormat({ route, provider, made }: Patient): Proposal[] {
  const before = made.flatMap((change) => (change.kind === 'format' ? change.refused : []));
  const refused = [...new Set([...before, route.format])];
  const use = wireFormats.find(
    (format) => !refused.includes(format) && provider.endpoints[format] !== undefined,
  );
  return use === undefined ? [] : [model({ kind: 'format', refused, use })];
}

function answerOf(tokens: number | undefined, scope: Scope): Proposal[] {
  return tokens !== undefined && tokens >= (scope === 'model' ? 256 : leastAnswer)
    ? [{ change: { kind: 'answer', tokens }, scope }]
    : [];
}

/** Keywords of schemas that the refusal names. */
function keywords({ names = [] }: Diagnosis, { sent }: Patient): Proposal[] {
  return names.flatMap((name) => {
    const found = findField(sent.body, name);
    return found?.type === 'keyword' ? [model({ kind: 'keyword', keyword: found.keyword })] : [];
  });
}

/** For each name of a field or header that was sent: another form of it, or the request without it. */
function named(diagnosis: Diagnosis, patient: Patient): Proposal[] {
  const { names = [], inConversation } = diagnosis;
  const scope: Scope = inConversation ? 'conversation' : 'model';
  const made = diagnosis.about === 'header' ? [] : headerProposals(diagnosis, patient.sent);
  // Of two fields that exclude each other, the second goes.
  const ordered = /\bboth\b/.test(diagnosis.words ?? '') ? names.toReversed() : names;
  const inBody = ordered.flatMap((name) => bodyProposals(name, diagnosis, patient, scope));
  const first = diagnosis.about === 'header' ? headerProposals(diagnosis, patient.sent) : [];
  return [...first, ...inBody, ...made];
}

function headerProposals({ names = [], words = '' }: Diagnosis, { headers }: Sent): Proposal[] {
  const sent = Object.keys(headers).filter((name) => !essentialHeaders.has(name));
  const named = sent.filter(
    (header) => words.includes(header) || names.some((name) => folded(name) === folded(header)),
  );
  if (named.length === 0 && /\bbeta\b/.test(words) && headers['anthropic-beta'] !== undefined)
    named.push('anthropic-beta');
  return [
    ...sent.flatMap((name) => {
      const values = listOf(headers[name] ?? '').filter((value) => names.includes(value));
      return values.length > 0 ? [model({ kind: 'header', name, values })] : [];
    }),
    // A body for Claude has fields that need the betas of this header.
    ...(named.includes('anthropic-beta') ? [model(quirks({ betas: false }))] : []),
    ...named.map((name) => model({ kind: 'header', name })),
  ];
}

function bodyProposals(name: string, diagnosis: Diagnosis, patient: Patient, scope: Scope): Proposal[] {
  const { words = '' } = diagnosis;
  const { sent, route, made } = patient;
  const last = folded(toSegments(name).findLast((segment) => !/^\d+$/.test(segment)) ?? '');
  const particular: Proposal[] = (particulars[last] ?? []).map((change) => ({ change, scope }));
  const ids = last === 'id' || last === 'callid' ? maximumLength(words) : undefined;
  if (ids !== undefined) return [model(quirks({ toolIdMax: ids }))];
  if (sealFields.has(last)) particular.unshift(...seals(diagnosis, route));
  if (last === 'name' && route.format === 'messages' && isToolName(name))
    return [model(quirks({ shortToolNames: true }))];
  const length = last === 'description' ? maximumLength(words) : undefined;
  if (length !== undefined) return shortened(name, length, sent, scope);
  const found = findField(sent.body, name);
  if (!found) return [...particular, ...(synonyms[last] ?? []).map((change) => ({ change, scope }))];
  if (found.type === 'keyword') return [{ change: { kind: 'keyword', keyword: found.keyword }, scope }];
  const { path } = found;
  // The decoder applies the stop sequences then.
  if (path[0] === 'stop') return [model(quirks({ stopSequences: false }))];
  const suggested = suggestedName(words, path.at(-1) ?? '');
  const value = acceptedValue(words, valueAt(sent.body as never, path));
  const strict =
    made.some(({ kind }) => kind === 'without') && words.includes('extra inputs are not permitted');
  const required = route.format === 'messages' && last === 'maxtokens';
  return [
    ...(strict ? [model(quirks({ strictBody: true }))] : []),
    ...(suggested === undefined
      ? []
      : [{ change: { kind: 'rename', path, name: suggested } as const, scope }]),
    ...(value === undefined ? [] : [{ change: { kind: 'set', path, value } as const, scope }]),
    ...particular,
    ...(required ? [] : [{ change: { kind: 'without', path } as const, scope }]),
  ];
}

/** A description may be shorter, but not missing. */
function shortened(name: string, length: number, { body }: Sent, scope: Scope): Proposal[] {
  const path = findPath(body, name);
  return path && length > 0 ? [{ change: { kind: 'shorten', path, length }, scope }] : [];
}

const noThinking: readonly Change[] = [{ kind: 'no_thinking' }];
const otherMaxTokens: readonly Change[] = [
  quirks({ maxTokensField: 'max_completion_tokens' }),
  quirks({ maxTokensField: 'max_tokens' }),
];
const inPrompt: readonly Change[] = [quirks({ jsonSchema: false })];

/** Thinking has a name in each format, and gateways refuse it by the one that they translate it to (BerriAI/litellm#30218). */
const noThinkingFields: readonly Change[] = [quirks({ thinking: 'none' })];
const synonyms: Readonly<Record<string, readonly Change[]>> = {
  reasoningeffort: noThinkingFields,
  reasoning: noThinkingFields,
  thinking: noThinkingFields,
  enablethinking: noThinkingFields,
};

/** Fields whose refusal is answered better than by leaving them out, by their folded name. */
const particulars: Readonly<Record<string, readonly Change[]>> = {
  maxtokens: otherMaxTokens,
  maxcompletiontokens: otherMaxTokens,
  responseformat: inPrompt,
  jsonschema: inPrompt,
  responseschema: inPrompt,
  responsejsonschema: inPrompt,
  parallel: [quirks({ parallelToolCalls: false })],
  paralleltoolcalls: [quirks({ parallelToolCalls: false })],
  cachecontrol: [quirks({ cacheControl: false })],
  toolchoice: [quirks({ forcedToolChoice: false })],
  thinking: noThinking,
  budgettokens: noThinking,
  imageurl: [{ kind: 'lacks', capability: 'images' }],
  inputimage: [{ kind: 'lacks', capability: 'images' }],
  image: [{ kind: 'lacks', capability: 'images' }],
  inputfile: [{ kind: 'lacks', capability: 'documents' }],
  document: [{ kind: 'lacks', capability: 'documents' }],
  websearch: [quirks({ webSearch: false })],
  websearchpreview: [quirks({ webSearch: false })],
  googlesearch: [quirks({ webSearch: false })],
};
