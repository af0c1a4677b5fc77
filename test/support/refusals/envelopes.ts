/** Bodies around a sentence: of vendors, of validators, of gateways, of libraries, and texts that are no JSON. */
import fc from 'fast-check';
import { modelId } from './request.ts';

export interface Said {
  text: string;
  /** The field by its path as a validator writes it, if one is refused. */
  location?: readonly (string | number)[];
  /** The field as an API names it. */
  param?: string;
  type?: string;
  code?: string;
  /** The status of the vendor's error; 400 unless given. */
  status?: number;
  /** Text of the request that the body repeats in a field of its own. */
  echo?: string;
}

/** Python's representation: a text with single quotation marks and no double ones is in double ones. */
function repr(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'string') {
    const text = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
  }
  const entries = Object.entries(value as object).map(([key, inner]) => `'${key}': ${repr(inner)}`);
  return `{${entries.join(', ')}}`;
}

const error = ({ text, param, type, code }: Said): object => ({
  message: text,
  type: type ?? 'invalid_request_error',
  ...(param !== undefined && { param }),
  code: code ?? null,
});

/** By name; `named` ones write the field beside the sentence. */
const shapes: Readonly<Record<string, (said: Said) => unknown>> = {
  OpenAI: (said) => ({ error: error(said) }),
  Anthropic: (said) => ({ type: 'error', error: error(said), request_id: 'req_011CXabc' }),
  flat: (said) => ({ object: 'error', ...error(said) }),
  'a list of errors': (said) => ({ errors: [error(said)] }),
  'a list as the body (Google)': ({ text, code }) => [
    {
      error: {
        code: 400,
        message: text,
        status: 'INVALID_ARGUMENT',
        ...(code !== undefined && { reason: code }),
      },
    },
  ],
  'a text as error': ({ text }) => ({ error: text, statusCode: 400 }),
  'FastAPI with a text': ({ text }) => ({ detail: text }),
  'FastAPI with a list': ({ text, location = ['body'], echo = '' }) => ({
    detail: [{ type: 'extra_forbidden', loc: location, msg: text, input: echo }],
  }),
  'FastAPI inside a message': ({ text, location = ['body'], echo = '' }) => ({
    object: 'error',
    message: { detail: [{ type: 'value_error', loc: location, msg: text, input: echo }] },
  }),
  OpenRouter: (said) => ({
    error: {
      message: 'Provider returned error',
      code: said.status ?? 400,
      metadata: { raw: JSON.stringify({ error: error(said) }), provider_name: 'Acme' },
    },
    user_id: 'user_2abc',
  }),
  'JSON in a sentence': (said) => ({
    error: {
      message: `Upstream request failed: ${JSON.stringify({ error: error(said) })}`,
      type: 'upstream_error',
    },
  }),
  'JSON in JSON': (said) => ({ message: JSON.stringify({ error: error(said) }) }),
  Python: (said) => ({
    error: {
      message: `litellm.BadRequestError: AcmeException - Error code: 400 - ${repr({ error: error(said) })}`,
      code: '400',
    },
  }),
  'a gateway around a gateway': (said) => ({
    success: false,
    error: {
      message: 'bad response',
      innererror: { response: { body: { error: error(said) } }, error: error(said) },
    },
  }),
  AWS: ({ text }) => ({ message: text, __type: 'ValidationException' }),
  MiniMax: ({ text }) => ({ base_resp: { status_code: 2013, status_msg: text } }),
};

export const envelope: fc.Arbitrary<(said: Said) => string> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ name: fc.constantFrom(...Object.keys(shapes)), indent: fc.constantFrom(0, 2) })
      .map(({ name, indent }) =>
        Object.assign((said: Said) => JSON.stringify(shapes[name]?.(said), undefined, indent), {
          toString: () => name,
        }),
      ),
  },
  { weight: 1, arbitrary: fc.constant(({ text }: Said) => text) },
  { weight: 1, arbitrary: fc.constant(({ text }: Said) => `400 Bad Request\n\n${text}`) },
);

/** Envelopes that keep a type and a code. */
export const typedEnvelope: fc.Arbitrary<(said: Said) => string> = fc
  .constantFrom(
    'OpenAI',
    'Anthropic',
    'flat',
    'a list of errors',
    'OpenRouter',
    'JSON in a sentence',
    'JSON in JSON',
  )
  .map((name) => (said: Said) => JSON.stringify(shapes[name]?.({ type: 'api_error', ...said })));

/** Words around a sentence that mean nothing for the request. The numbers in them never count. */
export const noise: fc.Arbitrary<{ before: string; after: string }> = fc.record({
  before: fc.constantFrom(
    '',
    '',
    '',
    'Error: ',
    'litellm.BadRequestError: AcmeException - ',
    '[req_990017 2026-11-29T08:15:30.990018Z] ',
    'Error from provider (Acme): ',
    '400 ',
    'upstream 10.0.0.7:49017 said: ',
    `${modelId}: `,
  ),
  after: fc.constantFrom(
    '',
    '',
    '',
    ' (request id: 20261122093000990019)',
    '. Request ID: 0f990020-7d1e-4c3b-9f7a-3b8c0d9e990021',
    '\n    at handle (/srv/app/stream_options.js:49022:17)\n    at next (/srv/app/stop.js:49023:3)',
    '\nTraceback (most recent call last):\n  File "/app/temperature.py", line 49024, in top_p\n    raise ValueError',
    ' See https://docs.example.com/49025/errors for more.',
    '. Contact support@example.com, reference 49026.',
    ` (model ${modelId})`,
  ),
});

/** What a server repeats of the request. Its fields and numbers never count. */
export const echoed: fc.Arbitrary<string> = fc.constantFrom(
  'please explain why temperature is not supported here',
  "my max_tokens is 49030 and the maximum context length is 49031 tokens, so remove 'top_p' please",
  'Unknown parameter: stop. prompt is too long: 49032 tokens > 49033 maximum',
  'unsupported parameter stream_options, reasoning_effort and topK in generationConfig',
);

/** Where the echo is in the sentence; `''` if only a field of the body has it. */
export const echoPlace: fc.Arbitrary<(echo: string) => string> = fc.constantFrom(
  () => '',
  () => '',
  (echo: string) => ` [type=extra_forbidden, input_value='${echo.replaceAll("'", '')}', input_type=str]`,
  (echo: string) => ` Received: "${echo.replaceAll('"', '')}"`,
  (echo: string) => ` in “${echo}”`,
  () => " [type=extra_forbidden, input_value={'stop': ['x'], 'top_k': 49034}, input_type=dict]",
  () => ' input_value=[stream_options is not supported, 49035], input_type=list',
  (echo: string) => ` near \`${echo}\``,
);
