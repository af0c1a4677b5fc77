/** Every transcript of every upstream format, printed for a Responses client: the laws, nothing lost, and OpenAI's SDK. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { foldMessage } from '../../../../lib/anthropic/fold.ts';
import type { JsonObject } from '../../../../lib/json.ts';
import { continued } from '../../../../lib/wire/responses/replay.ts';
import { readSignature } from '../../../../lib/anthropic/provenance.ts';
import { decode } from '../../../support/laws.ts';
import { test } from '../../../support/sampled-test.ts';
import { transcripts } from '../../../support/transcripts.ts';
import { formats } from '../../../support/turns.ts';
import {
  finalOf,
  lawful,
  printed,
  printerFor,
  saidBy,
  saidIn,
  sdkOutput,
  sdkResponse,
  sdkWhole,
} from '../../../support/responses/served.ts';

/** Signatures as a client keeps them; those of parts that go on in the next block are not kept. */
function sealed(signatures: readonly string[]): string[] {
  return signatures
    .filter((one) => readSignature(one)?.payload !== continued)
    .map((one) => (/^occ[1r]\./.test(one) ? one : `occs.${one}`));
}

for (const format of formats) {
  describe(format, () => {
    for (const transcript of transcripts(format)) {
      test(transcript.name, async () => {
        const { events } = decode(transcript);
        const text = printed(events);
        if (events.length === 0) return;
        const sent = lawful(text);
        const final = finalOf(sent);
        if (events.at(-1)?.type === 'error') {
          assert.equal(final['status'], 'failed');
          assert.equal((await sdkResponse(text)).status, 'failed');
          return;
        }
        const said = saidIn(events);
        const output = final['output'] as JsonObject[];
        assert.deepEqual(saidBy(output), { ...said, signatures: sealed(said.signatures) });
        const { output_text: joined, ...sdk } = await sdkResponse(text);
        assert.deepEqual(withoutParsed(sdk), final);
        if (final['status'] === 'completed') assert.deepEqual(sdkOutput(sent.slice(0, -1)), output, 'R5');
        assert.equal(joined, said.text);

        const message = foldMessage(events);
        assert.ok(message);
        const whole = printerFor().whole(message) as JsonObject;
        assert.deepEqual(saidBy(whole['output'] as JsonObject[]), saidBy(output));
        assert.deepEqual(withoutSpelling(whole), withoutSpelling(final), 'R8');
        assert.equal((await sdkWhole(whole)).output_text, said.text);
      });
    }
  });
}

/** The helper of the SDK adds what it has parsed. */
function withoutParsed(response: object): object {
  return JSON.parse(
    JSON.stringify(response, (key, value: unknown) =>
      /^(?:output_)?parsed(?:_arguments)?$/.test(key) ? undefined : value,
    ),
  ) as object;
}

/**
 * Arguments are printed as the upstream spelled them, while a whole message has them parsed. The fold drops a call that is not
 * whole, so that the text before it looks like the one that was cut.
 */
function withoutSpelling(response: JsonObject): JsonObject {
  const cut = response['status'] === 'incomplete';
  return JSON.parse(
    JSON.stringify(response, (key, value: unknown) =>
      key === 'arguments' || (cut && key === 'status') ? '' : value,
    ),
  ) as JsonObject;
}
