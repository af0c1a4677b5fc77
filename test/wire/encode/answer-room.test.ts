/** The answer limit near the end of the context window, where prompt and answer share it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { toObject } from '../../../lib/json.ts';
import { codecs } from '../../../lib/wire/codecs.ts';
import { captured, routeOf } from '../../support/requests.ts';
import type { Format } from '../../support/turns.ts';

/** Claude Code's request for the summary of a compaction. */
const compaction = captured(26);

type Body = Record<string, unknown>;

const limitOf: Record<Format, (body: Body) => unknown> = {
  chat: (body) => body['max_tokens'],
  messages: (body) => body['max_tokens'],
  responses: (body) => body['max_output_tokens'],
  gemini: (body) => toObject(body['generationConfig'])['maxOutputTokens'],
};

for (const format of Object.keys(limitOf) as Format[]) {
  const encode = (contextWindow: number): Body =>
    codecs[format].encodeRequest(compaction, routeOf({ format, contextWindow })) as Body;
  const prompt = countTokens(JSON.stringify(encode(1_000_000)));

  for (const percent of [50, 60, 70, 80, 85]) {
    test(`${format}: a prompt that fills ${percent} % of the window leaves at least half of the rest to the answer`, () => {
      const window = Math.floor((prompt / percent) * 100);
      const limit = Number(limitOf[format](encode(window)));
      const free = window - prompt;
      assert.ok(limit <= free, `${limit} of ${free} free tokens of ${window}`);
      assert.ok(limit >= Math.min(free / 2, window / 4), `${limit} of ${free} free tokens of ${window}`);
    });
  }
}
