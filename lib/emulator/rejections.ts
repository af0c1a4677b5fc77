/**
 * Refusals of real vendors on demand: `[emulator: reject temperature]` refuses a request with a temperature as a vendor of its
 * format does, and answers one without. Some are not about the request and are refused always; another model answers then.
 */
import { isObject, toArray, toNumber, toObject, toText, type Json, type JsonObject } from '../json.ts';
import type { WireFormat } from '../wire/formats.ts';
import { say } from './script.ts';
import type { Answer } from './answer.ts';

/** What is refused, by format; a format without an entry accepts everything. */
type Words = Partial<Record<WireFormat, (body: JsonObject, tokens: number) => Refused | undefined>>;

interface Refused {
  message: string;
  status?: number;
  /** Fields of the error beside its message. */
  more?: JsonObject;
}

export interface Rejection {
  about: string;
  words: Words;
}

const always = (refused: Refused): Words => {
  const words = (): Refused => refused;
  return { chat: words, messages: words, responses: words, gemini: words };
};

/** For a field of OpenAI's formats: OpenAI's words. */
const unsupported = (param: string, found: unknown): Refused | undefined =>
  found === undefined
    ? undefined
    : {
        message: `Unsupported parameter: '${param}' is not supported with this model.`,
        more: { param, code: 'unsupported_parameter' },
      };

/** For a field of the generation settings: Google's words. */
const unknownName = (name: string, { generationConfig }: JsonObject): Refused | undefined =>
  toObject(generationConfig)[name] === undefined
    ? undefined
    : {
        message: `Invalid JSON payload received. Unknown name "${name}" at 'generation_config': Cannot find field.`,
      };

export const rejections: Readonly<Record<string, Rejection>> = {
  temperature: {
    about: 'a temperature',
    words: {
      chat: ({ temperature }) => unsupported('temperature', temperature),
      responses: ({ temperature }) => unsupported('temperature', temperature),
      messages: ({ temperature }) =>
        temperature === undefined ? undefined : { message: '`temperature` is deprecated for this model.' },
      gemini: (body) => unknownName('temperature', body),
    },
  },
  stop: {
    about: 'stop sequences',
    words: {
      // xAI: BerriAI/litellm#14056
      chat: ({ stop }) =>
        stop === undefined ? undefined : { message: 'Argument not supported on this model: stop' },
      messages: ({ stop_sequences: stop }) =>
        stop === undefined ? undefined : { message: 'stop_sequences: Extra inputs are not permitted' },
      gemini: (body) => unknownName('stopSequences', body),
    },
  },
  effort: {
    about: 'an effort of reasoning',
    words: {
      // NVIDIA: MoonshotAI/kimi-cli#2534
      chat: ({ reasoning_effort: effort }) =>
        effort === undefined
          ? undefined
          : { message: 'Validation: Unsupported parameter(s): `reasoning_effort`' },
      responses: ({ reasoning }) => unsupported('reasoning.effort', toObject(reasoning)['effort']),
      messages: ({ output_config: config }) =>
        config === undefined ? undefined : { message: 'output_config: Extra inputs are not permitted' },
    },
  },
  room: {
    about: 'an answer for which the window, by default 32,768 tokens, has no room beside the prompt',
    words: {
      // vLLM, and Anthropic: docker/docker-agent#569
      chat: (body, window) => {
        const [prompt, answer] = [tokensOf(body), toNumber(body['max_tokens']) ?? 0];
        return prompt + answer <= window
          ? undefined
          : {
              message: `'max_tokens' or 'max_completion_tokens' is too large: ${answer}. This model's maximum context length is ${window} tokens and your request has ${prompt} input tokens (${answer} > ${window} - ${prompt}).`,
            };
      },
      messages: (body, window) => {
        const [prompt, answer] = [tokensOf(body), toNumber(body['max_tokens']) ?? 0];
        return prompt + answer <= window
          ? undefined
          : {
              message: `input length and \`max_tokens\` exceed context limit: ${prompt} + ${answer} > ${window}, decrease input length or \`max_tokens\` and try again`,
            };
      },
    },
  },
  system: {
    about: 'a system message between other messages',
    words: {
      // llama.cpp: ggml-org/llama.cpp#20733
      chat: ({ messages }) =>
        toArray(messages).findLastIndex((one) => toObject(one)['role'] === 'system') > 0
          ? { message: 'Error: Jinja Exception: System message must be at the beginning.' }
          : undefined,
      // anthropics/claude-code#63469
      messages({ messages }) {
        const at = toArray(messages).findIndex((one) => toObject(one)['role'] === 'system');
        return at < 0
          ? undefined
          : { message: `messages[${at}].role must be either 'user' or 'assistant', but got 'system'` };
      },
    },
  },
  order: {
    about: 'text of the user directly after a result of a tool',
    words: {
      // Mistral: BerriAI/litellm#17761
      chat({ messages }) {
        const roles = toArray(messages).map((one) => toObject(one)['role']);
        return roles.some((role, at) => role === 'user' && roles[at - 1] === 'tool')
          ? { message: "Unexpected role 'user' after role 'tool'", more: { code: '3230' } }
          : undefined;
      },
    },
  },
  seal: {
    about: 'sealed reasoning',
    words: {
      // Wei-Shaw/sub2api#1776
      messages: ({ messages }) =>
        has(messages, (part) => part['type'] === 'thinking' && toText(part['signature']) !== '')
          ? { message: 'messages.1.content.0: Invalid `signature` in `thinking` block' }
          : undefined,
      // openai/codex#8145
      responses: ({ input }) =>
        has(input, (part) => toText(part['encrypted_content']) !== '')
          ? {
              message: 'The encrypted content gAAA...DQ== could not be verified.',
              more: { code: 'invalid_encrypted_content' },
            }
          : undefined,
      // charmbracelet/crush#1698
      gemini: ({ contents }) =>
        has(contents, (part) => ![noSeal, ''].includes(toText(part['thoughtSignature'])))
          ? { message: 'Corrupted thought signature.' }
          : undefined,
    },
  },
  schema: {
    about: 'a tool whose schema has a pattern for a part of the text',
    words: {
      // llama.cpp: ggml-org/llama.cpp#26930
      chat: ({ tools }) => (has(tools, hasOpenPattern) ? openPattern : undefined),
      messages: ({ tools }) => (has(tools, hasOpenPattern) ? openPattern : undefined),
    },
  },
  call: {
    about: 'always, because the model wrote a broken call',
    // Groq: groq/groq-typescript#28
    words: always({
      message:
        "Failed to call a function. Please adjust your prompt. See 'failed_generation' for more details.",
      more: { code: 'tool_use_failed' },
    }),
  },
  money: {
    about: 'always, because the account is empty, with status 400',
    words: always({
      message:
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    }),
  },
  filter: {
    about: 'always, because of a filter of contents',
    // DashScope: CommandCodeAI/command-code#813
    words: always({
      message:
        '<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content.',
      more: { type: 'data_inspection_failed', code: 'data_inspection_failed' },
    }),
  },
  rate: {
    about: 'always, because of a limit of tokens per minute, with status 413',
    words: always({
      status: 413,
      message:
        'Request too large for model `openai/gpt-oss-120b` in organization `org_01` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Requested 14137, please reduce your message size and try again.',
      more: { type: 'tokens', code: 'rate_limit_exceeded' },
    }),
  },
};

/** Google's stand-in for a thought signature. */
const noSeal = 'skip_thought_signature_validator';

const openPattern: Refused = {
  message: "JSON schema conversion failed:\nPattern must start with '^' and end with '$'",
};

function hasOpenPattern({ pattern }: JsonObject): boolean {
  return typeof pattern === 'string' && !(pattern.startsWith('^') && pattern.endsWith('$'));
}

/** Whether a part of the value, at any depth, is an object that `is` accepts. */
function has(value: Json | undefined, is: (part: JsonObject) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => has(item, is));
  return isObject(value) && (is(value) || Object.values(value).some((inner) => has(inner, is)));
}

/** Four characters are a token. */
function tokensOf(body: JsonObject): number {
  return Math.ceil(JSON.stringify(body).length / 4);
}

/** The answer to a request in `format`: the refusal in the vendor's form, or words that say that nothing was refused. */
export function reject(
  what: string,
  tokens: number,
  request: { body: JsonObject; format: WireFormat | undefined },
): Answer {
  const rejection = Object.hasOwn(rejections, what) ? rejections[what] : undefined;
  if (!rejection)
    return {
      script: [
        say(`The emulator knows no rejection "${what}". It knows: ${Object.keys(rejections).join(', ')}.`),
      ],
    };
  const { body, format = 'messages' } = request;
  const refused = rejection.words[format]?.(body, tokens);
  if (!refused) return { script: [say('Nothing of this request was refused.')] };
  const { status = 400 } = refused;
  const reply = { status, headers: { 'content-type': 'application/json' } };
  return { reply: { ...reply, body: JSON.stringify(envelope(refused, format, status)) } };
}

function envelope({ message, more }: Refused, format: WireFormat, status: number): JsonObject {
  const error = { type: 'invalid_request_error', message };
  if (format === 'messages') return { type: 'error', error: { ...error, ...more } };
  if (format === 'gemini') return { error: { code: status, message, status: 'INVALID_ARGUMENT' } };
  return { error: { param: null, code: null, ...error, ...more } };
}
