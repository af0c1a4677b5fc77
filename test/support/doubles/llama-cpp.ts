/** llama.cpp's server with Qwen's chat template: a grammar of every tool, numbers of tokens as fields, text only. */
import { toText, type JsonObject } from '../../../lib/json.ts';
import type { LooseJson } from '../loose-json.ts';
import { noPictures, systemFirst, withParameters } from './chat-field-rules.ts';
import { goodChat, toolsOf } from './chat-rules.ts';
import type { Double, Rule, Violation } from './double.ts';
import { firstViolation, schemasIn, tokensIn } from './rules.ts';

const window = 65_536;

/** What its conversion of a schema into a grammar refuses, and what the grammar's parser then refuses. */
function badGrammar(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (schema['not'] !== undefined && schema['type'] === undefined)
    return `JSON schema conversion failed:\nUnrecognized schema: ${JSON.stringify(schema)}`;
  const pattern = schema['pattern'];
  if (typeof pattern !== 'string') return undefined;
  if (!pattern.startsWith('^') || !pattern.endsWith('$'))
    return "JSON schema conversion failed:\nPattern must start with '^' and end with '$'";
  return /\\[dswDSW]/.test(pattern) ? 'Failed to initialize samplers: failed to parse grammar' : undefined;
}

/** The first schema of tools that it refuses. Servers that contain it refuse the same. */
export function grammarRule(
  schemasOf: (body: LooseJson) => unknown[],
  withSchema: (schema: JsonObject) => object,
): Rule {
  return {
    name: 'schemas that a grammar can say',
    source:
      'ggml-org/llama.cpp#17574, ggml-org/llama.cpp#26930, containers/kubernetes-mcp-server#758, aebrer/dreb#422, lmstudio-ai/lmstudio-bug-tracker#2168',
    bad: [{ not: {} }, { type: 'string', pattern: '\\S' }, { type: 'string', pattern: '^\\d+$' }].map(
      (value) => withSchema({ type: 'object', properties: { value } }),
    ),
    violates: ({ body }) =>
      firstViolation(schemasOf(body), (tool): Violation | undefined => {
        for (const [schema] of schemasIn(tool)) {
          const message = badGrammar(schema);
          if (message !== undefined) return { message };
        }
        return undefined;
      }),
  };
}

export const jinjaWords: Violation = {
  message:
    "Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression at line 85, column 32 in source:\n...first %}↵            {{- raise_exception('System message must be at the beginnin...\n                                           ^\nError: Jinja Exception: System message must be at the beginning.",
};

export const chatTemplateRules: readonly Rule[] = [
  grammarRule((body) => toolsOf(body).map(({ parameters }) => parameters), withParameters),
  systemFirst('ggml-org/llama.cpp#21954, ggml-org/llama.cpp#20733', jinjaWords),
];

export const llamaCpp: Double = {
  name: 'llama-cpp',
  format: 'chat',
  model: 'Qwen3.8-27B-Q4_K_M.gguf',
  good: [goodChat, { ...goodChat, reasoning_effort: 'max', chat_template_kwargs: { enable_thinking: true } }],
  envelope: ({ message, status = 400, type = 'invalid_request_error', more }) => ({
    status,
    body: { error: { code: status, message, type, ...more } },
  }),
  rules: [
    noPictures('https://github.com/ggml-org/llama.cpp: tools/server/server-common.cpp', () => ({
      status: 500,
      type: 'server_error',
      message:
        'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    })),
    ...chatTemplateRules,
    {
      name: 'the prompt fits the window',
      source: 'ggml-org/llama.cpp#15780, oobabooga/textgen#7257',
      bad: { messages: [{ role: 'user', content: 'many words '.repeat(window) }] },
      violates({ body }) {
        const prompt = tokensIn(body);
        return prompt < window
          ? undefined
          : {
              message:
                'the request exceeds the available context size. try increasing the context size or enable context shift',
              type: 'exceed_context_size_error',
              more: { n_prompt_tokens: prompt, n_ctx: window },
            };
      },
    },
  ],
  callId: (unique) => unique.toString(36).padStart(32, 'a'),
  // Its own timings in the last events.
  dress: (event) => [
    toText(event['object']) === 'chat.completion.chunk' && event['usage'] !== undefined
      ? { ...event, timings: { prompt_n: 10, predicted_n: 5, prompt_ms: 1.5 } }
      : event,
  ],
};
