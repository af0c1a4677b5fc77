/** Counts texts with o200k in a worker thread. The build copies the encoding into dist (.ci/vendor.mjs). */
import { parentPort } from 'node:worker_threads';
import type * as O200k from 'gpt-tokenizer/encoding/o200k_base';

export interface CountJob {
  id: number;
  texts: readonly string[];
}

export interface Counted {
  id: number;
  tokens: number;
}

/** The compiler takes the types from the package, since the copy does not exist before the build. */
const encoding: string = '#o200k';
const { countTokens } = (await import(encoding)) as typeof O200k;

/** Text that looks like a special token is counted as text. */
const asText = { disallowedSpecial: new Set<string>() };

parentPort?.on('message', ({ id, texts }: CountJob) => {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text, asText), 0);
  parentPort?.postMessage({ id, tokens } satisfies Counted);
});
