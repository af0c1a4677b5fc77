/** From a diagnosis to the changes that may answer it, the likeliest first, and for whom each is remembered. */
import { wireFormats, type WireRoute } from '../../wire/formats.ts';
import type { Provider } from '../../config/settings.ts';
import type { Json } from '../../json.ts';
import { listOf, type Change } from './changes.ts';
import { leastAnswer } from './diagnose.ts';
import type { Diagnosis, Remedy } from './diagnosis.ts';
import { folded, toSegments } from './field-names.ts';
import { particulars, quirks, sealFields, synonyms } from './known-fields.ts';
import { findField, findPath, valueAt, type FieldPath } from './sent-fields.ts';
import { acceptedValue, maximumLength, suggestedName } from './values.ts';

/** For whom a change that helped is remembered. */
export type Scope = 'model' | 'conversation';

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

/** A request that was refused, and what it was sent to. */
export interface RefusedRequest {
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

/**
 * The changes that may answer the diagnosis. None changes what the client asks for, and none is about a field that was not
 * named.
 */
export function proposals(diagnosis: Diagnosis, refused: RefusedRequest): Proposal[] {
  switch (diagnosis.about) {
    case 'format':
      return otherFormat(refused);
    case 'field':
    case 'header':
    case 'request':
    case 'media':
      return [...remedied(diagnosis), ...named(diagnosis, refused)];
    case 'tool_schema':
      return [...remedied(diagnosis), ...keywords(diagnosis, refused), ...schemaLevels];
    case 'turn_order':
      return [...remedied(diagnosis), ...orders, ...named(diagnosis, refused)];
    case 'thinking_history':
      return [...remedied(diagnosis), conversation({ kind: 'no_thinking' })];
    case 'seal':
      return seals(diagnosis, refused.route);
    case 'answer_limit':
      return [...answerOf(diagnosis.counts?.limit, 'model'), ...named(diagnosis, refused)];
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
  adaptive_thinking: [model(quirks({ thinking: 'adaptive' }))],
  always_thinks: [model(quirks({ thinkingAlwaysOn: true }))],
  no_thinking_fields: [model(quirks({ thinking: 'none' }))],
  text_in_results: [model({ kind: 'text_in_results' })],
  no_clear_thinking: [model({ kind: 'no_clear_thinking' })],
  no_images: [model({ kind: 'lacks', capability: 'images' })],
  no_documents: [model({ kind: 'lacks', capability: 'documents' })],
  no_web_search: [model(quirks({ webSearch: false }))],
  no_ranges: [model(quirks({ schema: 'no_ranges' }))],
  typed_schemas: [model({ kind: 'schemas', level: 'typed' })],
};

function remedied({ remedy }: Diagnosis): readonly Proposal[] {
  return remedy === undefined ? [] : remedies[remedy];
}

function seals(diagnosis: Diagnosis, route: WireRoute): Proposal[] {
  return [
    conversation({ kind: 'no_seals', standIn: standsIn(diagnosis, route) }),
    conversation({ kind: 'no_seals', standIn: true }),
  ];
}

/** `tools.0.custom.name`, `messages.73.member.content.2.member.toolUse.name`. */
function isToolName(path: string): boolean {
  const segments = toSegments(path).map(folded);
  return segments.some((segment) => /^(?:tools?|tooluse|toolspec|function|toolcalls)$/.test(segment));
}

/** Gemini accepts a placeholder for a missing signature, also behind its OpenAI-compatible endpoint. */
function standsIn({ words = '' }: Diagnosis, { format }: WireRoute): boolean {
  return format === 'gemini' || words.includes('thought_signature') || words.includes('thought signature');
}

function otherFormat({ route, provider, made }: RefusedRequest): Proposal[] {
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
function keywords({ names = [] }: Diagnosis, { sent }: RefusedRequest): Proposal[] {
  return names.flatMap((name) => {
    const found = findField(sent.body, name);
    return found?.type === 'keyword' ? [model({ kind: 'keyword', keyword: found.keyword })] : [];
  });
}

/** For each name of a field or header that was sent: another form of it, or the request without it. */
function named(diagnosis: Diagnosis, refused: RefusedRequest): Proposal[] {
  const { about, names = [], words = '' } = diagnosis;
  // Of two fields that exclude each other, the second goes.
  const ordered = /\bboth\b/.test(words) ? names.toReversed() : names;
  const ofBody = ordered.flatMap((name) => bodyProposals(name, diagnosis, refused));
  const ofHeaders = headerProposals(diagnosis, refused.sent);
  ofBody.unshift(...together(diagnosis, refused));
  return about === 'header' ? [...ofHeaders, ...ofBody] : [...ofBody, ...ofHeaders];
}

/** What is likeliest for each of several fields that were refused together. */
function together(diagnosis: Diagnosis, refused: RefusedRequest): Proposal[] {
  const changes = (diagnosis.together ?? []).flatMap(
    (name) => bodyProposals(name, diagnosis, refused)[0]?.change ?? [],
  );
  return changes.length > 1 ? [model({ kind: 'several', changes })] : [];
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

function bodyProposals(name: string, diagnosis: Diagnosis, refused: RefusedRequest): Proposal[] {
  const inScope = (change: Change): Proposal => ({ change, scope: scopeOf(change, diagnosis) });
  const last = folded(toSegments(name).findLast((segment) => !/^\d+$/.test(segment)) ?? '');
  const bounded = withinLength(name, last, diagnosis, refused);
  if (bounded) return bounded.map(inScope);
  const particular = [
    ...(sealFields.has(last) ? seals(diagnosis, refused.route) : []),
    ...(particulars[last] ?? []).map(inScope),
  ];
  const found = findField(refused.sent.body, name);
  if (!found) return [...particular, ...(synonyms[last] ?? ofValue(name)).map(inScope)];
  if (found.type === 'keyword') return [inScope({ kind: 'keyword', keyword: found.keyword })];
  const { path } = found;
  const others = otherForms(path, diagnosis, refused).map(inScope);
  const required = refused.route.format === 'messages' && last === 'maxtokens';
  return [...others, ...particular, ...(required ? [] : [inScope({ kind: 'without', path })])];
}

/** The place of a field that the upstream does not know says nothing about the conversation. */
function scopeOf({ kind }: Change, { inConversation, words = '' }: Diagnosis): Scope {
  const isUnknown = (kind === 'without' || kind === 'quirks') && unknownField.test(words);
  return inConversation && !isUnknown ? 'conversation' : 'model';
}

const unknownField =
  /extra inputs are not permitted|unsupported|not supported|unknown|unrecogni[sz]ed|unexpected (?:field|property|key)|additional propert/;

/** A path may end with the value that is refused: `thinking.type.enabled`. */
function ofValue(name: string): readonly Change[] {
  const [first = '', ...rest] = toSegments(name).map(folded);
  return rest.length > 0 ? (particulars[first] ?? []) : [];
}

/** Forms in which the field may be accepted: under another name, with another value, or as a quirk of the format has it. */
function otherForms(
  path: FieldPath,
  { words = '' }: Diagnosis,
  { sent, made }: RefusedRequest,
): readonly Change[] {
  // The decoder applies the stop sequences then.
  if (path[0] === 'stop') return [quirks({ stopSequences: false })];
  const name = suggestedName(words, path.at(-1) ?? '');
  const value = acceptedValue(words, valueAt(sent.body as Json, path));
  // A validator that has refused one unknown field refuses them all.
  const strict =
    made.some(({ kind }) => kind === 'without') && words.includes('extra inputs are not permitted');
  return [
    ...(strict ? [quirks({ strictBody: true })] : []),
    ...(name === undefined ? [] : [{ kind: 'rename', path, name } as const]),
    ...(value === undefined ? [] : [{ kind: 'set', path, value } as const]),
  ];
}

/** Ids, names of tools and descriptions that are too long can be shorter, but not missing; undefined for anything else. */
function withinLength(
  name: string,
  last: string,
  { words = '' }: Diagnosis,
  { route, sent }: RefusedRequest,
): readonly Change[] | undefined {
  const length = maximumLength(words);
  if ((last === 'id' || last === 'callid') && length !== undefined) return [quirks({ toolIdMax: length })];
  if (last === 'name' && route.format === 'messages' && isToolName(name))
    return [quirks({ shortToolNames: true })];
  if (last !== 'description' || length === undefined || length === 0) return undefined;
  const path = findPath(sent.body, name);
  return path === undefined ? [] : [{ kind: 'shorten', path, length }];
}
