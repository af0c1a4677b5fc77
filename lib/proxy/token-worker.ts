/** Counts texts with o200k in a worker thread. The build bundles the encoding with it. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

export interface CountJob {
  id: number;
  texts: readonly string[];
}

export interface Counted {
  id: number;
  tokens: number;
}

/** Text that looks like a special token is counted as text. */
const asText = { disallowedSpecial: new Set<string>() };

parentPort?.on('message', ({ id, texts }: CountJob) => {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text, asText), 0);
  parentPort?.postMessage({ id, tokens } satisfies Counted);
});
