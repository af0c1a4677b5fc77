/** Sentences of refusals in words that no vendor is known to use: synonyms, other orders, other languages. */
import fc from 'fast-check';

const nouns = ['parameter', 'field', 'argument', 'property', 'option', 'key', 'request parameter', 'input'];
const accepted = ['supported', 'accepted', 'allowed', 'permitted', 'available', 'recognized', 'valid'];
const unknown = ['Unknown', 'Unsupported', 'Unrecognized', 'Unexpected', 'Invalid', 'Disallowed', 'Extra'];
const here = [
  '',
  ' with this model',
  ' by this endpoint',
  ' for the selected provider',
  ' on this deployment',
  ' when streaming',
];

/** `%` stands for the name with its marks, `#` for the name alone where the sentence has its own marks. */
const english: fc.Arbitrary<string> = fc
  .record({
    noun: fc.constantFrom(...nouns),
    word: fc.constantFrom(...accepted),
    un: fc.constantFrom(...unknown),
    where: fc.constantFrom(...here),
    shape: fc.nat({ max: 23 }),
  })
  .map(({ noun, word, un, where, shape }) => {
    const shapes = [
      `${un} ${noun}: %`,
      `${un} ${noun} %${where}`,
      `${un} request argument supplied: %`,
      `${noun} % is not ${word}${where}`,
      `The ${noun} % is not ${word}${where}.`,
      `% is not ${word}${where}`,
      `%: Extra inputs are not permitted`,
      `%: this ${noun} is not ${word}`,
      `this model does not take the ${noun} %`,
      `We do not accept the ${noun} %${where}.`,
      `json: unknown field "#"`,
      `Additional properties are not allowed ('#' was unexpected)`,
      `got an unexpected keyword argument '#'`,
      `% is deprecated${where}.`,
      `The value of ${noun} % must not be set${where}`,
      `Please remove the ${noun} %; it is not ${word}${where}`,
      `Remove % and try again`,
      `${noun} '#' can not be used${where}`,
      `No such ${noun}: %`,
      `Not ${word}${where}: ${noun} %`,
      `Request validation failed: ${noun} % should not be present`,
      `Invalid JSON payload received. Unknown name "#": Cannot find field.`,
      `[${un.toLowerCase()}_${noun.replaceAll(' ', '_')}] %`,
      `'#' : ${un.toLowerCase()} ${noun}`,
    ];
    return shapes[shape] ?? '';
  });

const others = fc.constantFrom(
  '不支持参数 %',
  '参数 % 不支持，请移除后重试',
  '请求参数错误：字段 % 无效',
  'パラメータ % はこのモデルではサポートされていません',
  'Der Parameter % wird von diesem Modell nicht unterstützt.',
  'Das Feld % ist unbekannt',
  'Параметр % не поддерживается этой моделью',
  'Неизвестное поле: %',
  'El parámetro % no es compatible con este modelo.',
  'El campo % no está permitido',
  'Le paramètre % n’est pas pris en charge',
);

/** A sentence that refuses a field, with `%` or `#` for its name. */
export const fieldSentence: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: english },
  { weight: 1, arbitrary: others },
);

/** The numbers of an overflow, all different from every number in the noise. */
export interface OverflowCounts {
  limit: number;
  input: number;
  answer: number;
}

/** An overflow: its sentence, and which of its numbers it says. */
export interface Overflow {
  text: string;
  says: Partial<OverflowCounts & { requested: number }>;
}

const grouped = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
const plain = String;

export const overflow: fc.Arbitrary<Overflow> = fc
  .record({
    limit: fc.integer({ min: 2100, max: 900_000 }),
    over: fc.integer({ min: 17, max: 90_000 }),
    answer: fc.integer({ min: 1100, max: 31_000 }),
    write: fc.constantFrom(plain, grouped),
    shape: fc.nat({ max: 13 }),
    fits: fc.boolean(),
  })
  .map(({ limit, over, answer, write, shape, fits }) => {
    // With `fits` the prompt has room, and only the answer is too long for the rest.
    const input = fits ? Math.max(17, limit - (over % Math.min(answer, limit - 20))) : limit + over;
    const requested = input + answer;
    const [l, i, a, r] = [limit, input, answer, requested].map(write);
    const shapes: Overflow[] = [
      { text: `prompt is too long: ${i} tokens > ${l} maximum`, says: { input, limit } },
      {
        text: `This model's maximum context length is ${l} tokens. However, your messages resulted in ${i} tokens.`,
        says: { limit, input },
      },
      {
        text: `The maximum context length of the model is ${l}; the request has ${i} input tokens and asks for max_tokens ${a}`,
        says: { limit, input, answer },
      },
      {
        text: `maximum context length is ${l} tokens, however you requested ${r} tokens (${i} in the messages, ${a} in the completion)`,
        says: { limit, input, answer, requested },
      },
      {
        text: `input length and max_tokens exceed context limit: ${i} + ${a} > ${l}`,
        says: { limit, input, answer, requested },
      },
      { text: `Your input exceeds the context window of this model.`, says: {} },
      {
        text: `the request (${i} tokens) exceeds the available context size (${l} tokens)`,
        says: { limit, input },
      },
      { text: `exceeded model token limit: ${l} (requested: ${r})`, says: { limit, requested } },
      { text: `Range of input length should be [1, ${l}]`, says: { limit } },
      { text: `Maximum prompt length is ${l} but the request contains ${i} tokens.`, says: { limit, input } },
      { text: `Prompt too long`, says: {} },
      { text: `Please reduce the length of the messages or completion.`, says: {} },
      {
        text: `The input token count (${i}) exceeds the maximum number of tokens allowed (${l}).`,
        says: { limit, input },
      },
      { text: `prompt is too long; the limit of the model is ${l} tokens`, says: { limit } },
    ];
    return shapes[shape] ?? { text: '', says: {} };
  });

/** A limit of the answer: its sentence, and the limit in it. The request asks for 32,000 tokens. */
export const answerLimit: fc.Arbitrary<{ text: string; limit: number }> = fc
  .record({
    limit: fc.integer({ min: 300, max: 31_000 }),
    write: fc.constantFrom(plain, grouped),
    field: fc.constantFrom('max_tokens', 'max_completion_tokens', 'max_output_tokens', 'maxOutputTokens'),
    shape: fc.nat({ max: 7 }),
  })
  .map(({ limit, write, field, shape }) => {
    const l = write(limit);
    const shapes = [
      `${field}: 32000 > ${l}, which is the maximum allowed number of output tokens for m`,
      `${field} is too large: 32000. This model supports at most ${l} completion tokens, whereas you provided 32000.`,
      `Invalid ${field} value, the valid range of ${field} is [1, ${l}]`,
      `Range of ${field} should be [1, ${l}]`,
      `\`${field}\` must be less than or equal to \`${l}\``,
      `The value of ${field} must not exceed ${l}`,
      `${field} must be at most ${l}, got 32000`,
      `${field} can be up to ${l}`,
    ];
    return { text: shapes[shape] ?? '', limit };
  });

/** Refusals that no change of the request answers: a status, a type or code, and a sentence. */
export const accountRefusal: fc.Arbitrary<{ status: number; type?: string; code?: string; text: string }> =
  fc.constantFrom(
    {
      status: 429,
      text: 'Rate limit reached on tokens per minute (TPM): Limit 30000, Used 29000, Requested 9000',
    },
    {
      status: 429,
      type: 'rate_limit_error',
      text: 'max_tokens is too high for your rate limit of 8000 tokens',
    },
    {
      status: 413,
      code: 'rate_limit_exceeded',
      text: 'Request too large: Limit 8000, Requested 14137, reduce max_tokens',
    },
    {
      status: 400,
      text: 'Request too large for model on tokens per minute (TPM): Limit 8000, Requested 14137',
    },
    {
      status: 429,
      type: 'GoUsageLimitError',
      text: '5-hour usage limit reached. Parameter temperature is not supported',
    },
    {
      status: 429,
      code: 'insufficient_quota',
      text: 'You exceeded your current quota, maximum context length is 4096 tokens',
    },
    {
      status: 400,
      text: 'Your credit balance is too low to access the API. Parameter top_p is not supported on this plan.',
    },
    { status: 402, text: 'Insufficient Balance: max_tokens must be at most 1024' },
    {
      status: 402,
      type: 'CreditsError',
      text: 'Insufficient credits for max_tokens 32000; you can afford 4000',
    },
    { status: 400, code: '1113', text: '余额不足，temperature 不支持' },
    { status: 401, text: 'Invalid API key: parameter temperature is not supported' },
    { status: 401, type: 'AuthError', text: 'The key has no access to parameter top_p' },
    { status: 403, text: 'You do not have access to this model; unsupported parameter: top_p' },
    { status: 404, text: 'The model does not exist: unknown parameter temperature' },
    { status: 410, type: 'ModelDeprecated', text: 'The model was removed. temperature is not supported' },
    { status: 400, type: 'ModelError', text: 'Model is disabled: top_p is not supported' },
    { status: 400, code: 'content_filter', text: 'The prompt was filtered: temperature is not supported' },
    {
      status: 400,
      code: 'data_inspection_failed',
      text: 'Input data may contain inappropriate content: stop is invalid',
    },
    { status: 400, code: 'tool_use_failed', text: 'Tool call validation failed: unknown parameter top_p' },
    { status: 400, text: 'Output blocked by content filtering policy: temperature' },
    { status: 0, type: 'permission_error', text: 'unsupported parameter: temperature' },
    { status: 0, type: 'authentication_error', text: 'top_p is not supported' },
    { status: 0, type: 'api_error', text: 'internal error: unknown field "temperature"' },
    { status: 503, type: 'overloaded_error', text: 'Overloaded; temperature is not supported' },
    { status: 529, text: 'Overloaded: parameter top_p is not supported' },
    { status: 500, text: 'internal error: unknown field "temperature"' },
  );

/** Limits of a body in other units than tokens, with the status 413. */
export const bodyTooLarge: fc.Arbitrary<string> = fc.constantFrom(
  'Request body too large. Max size: 65536 bytes',
  'request entity too large, expected: 700000, limit: 102400',
  'Payload exceeds the limit of 524288',
  'The request is larger than 262144 characters',
  'Request exceeds the maximum allowed size of 20480 KB',
);

/** Sentences that refuse a request and name nothing that was sent. */
export const vague: fc.Arbitrary<string> = fc.constantFrom(
  'Bad request',
  'invalid_request_error',
  'The request was rejected by the upstream provider',
  'Unknown parameter: frequency_penalty',
  "'logprobs' is not supported",
  'Something is not supported here',
  'Please see https://docs.example.com/api#section for details',
  'Validation error at line 1 column 32768',
  'Cannot process this input',
  '请求无效',
  'Ungültige Anfrage',
  'Some values are out of range',
  'The tool messages.0.content is not valid',
);
