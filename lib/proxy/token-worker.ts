/** Runs in a thread of its own and counts texts with o200k. The encoding is copied in by the build (.ci/vendor.mjs). */
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

/** The compiler looks at the package instead: this one is not there before it has run. */
const encoding: string = '#o200k';
const { countTokens } = (await import(encoding)) as typeof O200k;

/** What looks like one of a model's special tokens is text like any other. */
const asText = { disallowedSpecial: new Set<string>() };

parentPort?.on('message', ({ id, texts }: CountJob) => {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text, asText), 0);
  parentPort?.postMessage({ id, tokens } satisfies Counted);
});
