/** The model servers that people run on their own machine, as their documentation describes them. Pure. */

export type LocalServerKind = 'ollama' | 'lm-studio' | 'vllm' | 'llama.cpp';

export interface LocalServerFacts {
  /** As its makers write it. */
  title: string;
  /** Matches the names that users give it in their configuration. */
  name: RegExp;
  /** Where it listens unless it is configured otherwise. */
  port: number;
  /** Other common servers use this port, too. */
  sharesPort: boolean;
  /** The command that starts it. */
  start: string;
  /** The command that gives it a model. */
  firstModel: string;
}

export const localServerFacts: Readonly<Record<LocalServerKind, LocalServerFacts>> = {
  ollama: {
    title: 'Ollama',
    name: /ollama/i,
    port: 11_434,
    sharesPort: false,
    start: 'ollama serve',
    firstModel: 'ollama pull <model>',
  },
  'lm-studio': {
    title: 'LM Studio',
    name: /lm[-_ ]?studio/i,
    port: 1234,
    sharesPort: false,
    start: 'lms server start',
    firstModel: 'lms get <model>',
  },
  vllm: {
    title: 'vLLM',
    name: /vllm/i,
    port: 8000,
    sharesPort: true,
    start: 'vllm serve <model>',
    firstModel: 'vllm serve <model>',
  },
  'llama.cpp': {
    title: 'llama.cpp',
    name: /llama[-_. ]?(?:cpp|server)/i,
    port: 8080,
    sharesPort: true,
    start: 'llama-server -m <model.gguf>',
    firstModel: 'llama-server -m <model.gguf>',
  },
};
