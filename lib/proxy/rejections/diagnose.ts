/**
 * What an error response is about: first by its types and codes, then by known sentences, then by the fields that it names,
 * then by its status. The model's id and quotations of the request are taken out before anything is read.
 */
import { statusOf, type ApiError, type ErrorFacts } from '../../anthropic/errors.ts';
import { aboutCode } from './codes.ts';
import type { About, Diagnosis, TokenCounts } from './diagnosis.ts';
import { isInConversation, isInSchema, namesIn, refusedTogether } from './field-names.ts';
import { find, template } from './templates.ts';
import { normalized, separator, withoutModel, withoutQuotations } from './text.ts';
import { exceeding, tokenCounts } from './token-counts.ts';
import { wordings } from './wordings/all.ts';
import { blaming, type Wording } from './wordings/wording.ts';

/** Answers with less room than this are not worth asking for, in tokens. */
export const leastAnswer = 1024;

/** Characters of a message in which a sentence about an account begins. */
const longestOpening = 300;

const rows = wordings.map((row) => ({
  row,
  pieces: template(row.says),
}));

/** OpenCode's `ModelError` has several meanings, and only its message distinguishes this one. */
const wrongFormat = ['not supported for format', 'not supported for this format'];

/** The field that limits the answer, in the spelling of any format. */
const answerField = /\bmax_?(?:completion_?|output_?|new_?)?tokens\b|\b(?:output|completion) tokens\b/;

/** The sentence asks for another value of the field that limits the answer. */
const answerBound =
  /less than or equal|no (?:more|larger|greater) than|at most|up to|(?:must|can|may) ?not exceed|exceeds?\b|maximum|range|too (?:large|high|big)|greater than|larger than|tokens > \d|<=|≤|取值范围|最大|上限|超过/;

/**
 * The diagnosis of an error response of `modelId`. `gateway`: the provider forwards requests to vendors with keys of its own.
 */
export function diagnose(error: ApiError, modelId = '', gateway = false): Diagnosis {
  const facts = factsOf(error);
  const texts = facts.messages.map((message) => withoutQuotations(withoutModel(message, modelId)));
  const words = normalized(texts.join(` ${separator} `));
  const named = byName(error, facts, words);
  // An error inside an answer has the status that its type stands for.
  const status = error.status || statusOf(error.type);
  // An error inside an answer often has no type or code that says whose fault it is.
  const uncertain =
    error.status === 0 && named.length === 0 && !blamesRequest(status, facts) && !blamesOthers(error, facts);
  const blames = uncertain || blamesRequest(status, facts);
  // Many vendors call every limit a rate limit, and say elsewhere which one it is.
  const exact = named.find((about) => about !== 'rate');
  const said =
    exact === undefined || refinable.has(exact) ? sentence(error.status, blames, words) : undefined;
  if (exact !== undefined && !refinable.has(exact)) return { about: exact };
  if (said && isMoney.has(said.about)) return { about: said.about };
  if (named.length > 0 && exact === undefined) return { about: 'rate' };
  const about = said?.about ?? exact;
  const params = paramsOf(error, facts);
  const names = namesIn(params, texts);
  const together = refusedTogether(params, texts);
  const rest = {
    names,
    words,
    ...(together.length > 0 && { together }),
    ...(uncertain && { uncertain: true as const }),
    ...(said?.remedy !== undefined && { remedy: said.remedy }),
    ...(names.some(isInConversation) && { inConversation: true as const }),
  };
  if (about === 'window') return { ...rest, ...room(words) };
  if (about !== undefined)
    return { about, ...rest, ...(about === 'answer_limit' && { counts: tokenCounts(words, 'answer') }) };
  if (!blames) return { about: byStatus({ ...error, status }, gateway) };
  const long = tooLong(words);
  if (long && !answerField.test(words)) return { about: 'window', counts: long, ...rest };
  if (answerField.test(words) && answerBound.test(words)) {
    const counts = tokenCounts(words, 'answer');
    if (counts.limit !== undefined) return { about: 'answer_limit', counts, ...rest };
  }
  // A 413 that is no rate limit is about size. Without a known sentence it may be a limit of the body in bytes.
  if (error.status === 413)
    return words.includes('token') ? { ...rest, ...room(words) } : { about: 'window', ...rest };
  if (uncertain && names.length === 0) return { about: byStatus({ ...error, status }, gateway) };
  if (isFilter(words)) return { about: 'filter' };
  if (isHeader(words)) return { about: 'header', ...rest };
  if (names.some(isInSchema)) return { about: 'tool_schema', ...rest };
  return { about: names.length > 0 ? 'field' : 'request', ...rest };
}

/** A code that says the kind, of which the words may say more. */
const refinable: ReadonlySet<About> = new Set(['window', 'seal', 'turn_order', 'tool_schema', 'no_tools']);

/** The meanings of sentences that take precedence over the code of a rate limit. */
const isMoney: ReadonlySet<About> = new Set(['rate', 'allowance', 'balance', 'filter', 'model_mistake']);

/** What the error's types and codes are about, the outermost first. */
function byName({ upstreamType, upstreamCode }: ApiError, facts: ErrorFacts, words: string): About[] {
  if (upstreamType === 'ModelError' && wrongFormat.some((phrase) => words.includes(phrase)))
    return ['format'];
  return [upstreamType, upstreamCode, ...facts.types, ...facts.codes].flatMap(
    (name) => aboutCode(name) ?? [],
  );
}

/** The first known sentence in the words, among those that fit the status. */
function sentence(status: number, blames: boolean, words: string): Wording | undefined {
  for (const { row, pieces } of rows) {
    const statuses = row.status ?? blaming;
    if (status !== 0 && !statuses.includes(status) && !(blames && statuses === blaming)) continue;
    const at = find(pieces, words);
    if (at !== -1 && (!row.opening || at < longestOpening)) return row;
  }
  return undefined;
}

/** Whether the prompt alone is too long, or only the prompt and the answer together. */
function room(words: string): { about: About; counts: TokenCounts } {
  // A size without the word tokens is one in bytes (MoonshotAI/kimi-code#476).
  const inBytes = /\b(?:message|body|request|payload) size\b/.test(words) && !words.includes('token');
  const counts = inBytes ? {} : tokenCounts(words, 'window');
  const { limit, input, answer }: TokenCounts = counts;
  const fits = limit !== undefined && input !== undefined && limit - input >= leastAnswer;
  return { about: fits && answer !== undefined ? 'answer_room' : 'window', counts };
}

/**
 * Whether the request is blamed: by the status, or by the status of the vendor's error inside a gateway's. Errors inside an
 * answer have the status 0.
 */
function blamesRequest(status: number, facts: ErrorFacts): boolean {
  return blaming.includes(status) || ((status >= 500 || status === 404) && saysInvalid(facts));
}

function saysInvalid({ types, codes }: ErrorFacts): boolean {
  return [...types, ...codes].some((name) => blamingNames.has(name.toLowerCase()));
}

const blamingNames: ReadonlySet<string> = new Set([
  '400',
  '422',
  'invalid_request_error',
  'badrequesterror',
  'bad_request_error',
  'invalid_argument',
  'validationexception',
  'unsupportedparamserror',
]);

/** Types and codes of errors that are no fault of the request's fields; Pydantic's `extra_forbidden` is. */
const blamesOthers = ({ upstreamType, upstreamCode }: ApiError, { types, codes }: ErrorFacts): boolean =>
  [upstreamType, upstreamCode, ...types, ...codes].some((name) =>
    /api_?error|server|internal|overload|unavailable|timeout|timed_out|network|connection|auth|permission|(?<!extra_)forbidden|not_?found|quota|limit/i.test(
      name ?? '',
    ),
  );

/** The numbers of a sentence without a row that says how long the prompt is, and a window that is shorter. */
function tooLong(words: string): TokenCounts | undefined {
  if (!/\bcontext\b|\bprompt\b|\binput\b|上下文|输入/.test(words)) return undefined;
  const counts = tokenCounts(words, 'window');
  const { limit = Infinity, input = counts.requested ?? 0 } = counts;
  if (input > limit && /token|context/.test(words)) return counts;
  return aboutWindow.test(words) && saysExceeded.test(words) ? exceeding(words) : undefined;
}

const aboutWindow = /\bcontext[ _](?:window|length|size|limit)\b|\bn_ctx\b|上下文/;
const saysExceeded =
  /\bexceed|\btoo (?:long|large|big|many)\b|\b(?:longer|larger|greater|more) than\b|超过|超出/;

/**
 * A filter without a code or a row of its own: MiniMax says `input new_sensitive (1026)`, others that a text was flagged as
 * harmful. Another provider may answer the same request.
 */
function isFilter(words: string): boolean {
  return /(?<!case.)(?<!case)\b(?:new_)?sensitive\b|\b(?:inappropriate|harmful|unsafe|prohibited) (?:content|text|input|prompt|output|material)|\bflagged (?:as|by|for)\b|\bmoderation\b|\bcontent[ _](?:policy|policies|filter|filters|filtering|safety)\b|\bsafety (?:filter|system|policy|reasons)|敏感|违规|不安全/.test(
    words,
  );
}

/** Sentences about headers; everything else that has a name is a field. */
function isHeader(words: string): boolean {
  return /\bheaders?\b/.test(words) || words.includes('anthropic-beta');
}

function byStatus({ status, upstreamType, upstreamCode }: ApiError, gateway: boolean): About {
  // A vendor's key error behind a gateway is about the gateway's key for that model, not the user's (observed 2026-09).
  if (upstreamCode === 'invalid_api_key')
    return gateway && upstreamType === 'invalid_request_error' ? 'model' : 'key';
  if (status === 401) return 'key';
  if (status === 402) return 'balance';
  if (status === 403 || status === 404 || status === 410) return 'model';
  if (status === 429) return 'rate';
  if (status === 408 || status === 409 || status === 425 || status >= 500) return 'outage';
  return status >= 400 ? 'request' : 'other';
}

function paramsOf({ param }: ApiError, { params }: ErrorFacts): string[] {
  return param === undefined ? [...params] : [param, ...params];
}

/** What the body says; occ's own errors and those of tests have only a message. */
function factsOf({ facts, message }: ApiError): ErrorFacts {
  return facts && facts.messages.length > 0
    ? facts
    : {
        types: facts?.types ?? [],
        codes: facts?.codes ?? [],
        params: facts?.params ?? [],
        messages: [message],
      };
}
