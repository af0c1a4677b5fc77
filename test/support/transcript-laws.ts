/** Tests every transcript of one format against every law. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toLine } from './decode.ts';
import { matchesGolden } from './golden.ts';
import {
  truncationIsNotAFinish,
  cutsDoNotMatter,
  decode,
  allEventsKeepTheirBytes,
  foldsLikeTheSdk,
  obeysTheGrammar,
  eventsAreWellFramed,
  lineEndsDoNotMatter,
  contentIsPreserved,
  unchangedEventsKeepTheirBytes,
} from './laws.ts';
import { transcripts } from './transcripts.ts';
import type { Format } from './turns.ts';

/** Raw streams that break no law and must be sent byte for byte. */
const untouched: ReadonlySet<string> = new Set(['genuine-claude']);

export function testTranscripts(format: Format): void {
  describe(`${format} transcripts`, () => {
    for (const transcript of transcripts(format)) {
      describe(transcript.name, () => {
        test('has a header that describes it', () => assert.match(transcript.shows, /^made by hand\. \S/));
        test('decodes to the recorded events', () =>
          matchesGolden(transcript.golden, decode(transcript).all.map(toLine)));
        test('obeys the grammar', () => obeysTheGrammar(transcript));
        test('does not depend on how the bytes are cut', () => cutsDoNotMatter(transcript));
        test('never finishes when truncated', () => truncationIsNotAFinish(transcript));
        test('loses, repeats and changes nothing', () => contentIsPreserved(transcript));
        test('folds to the same message as Anthropic’s SDK', () => foldsLikeTheSdk(transcript));
        test('frames every event correctly', () => eventsAreWellFramed(transcript));
        if (transcript.events) test('decodes LF, CRLF and CR alike', () => lineEndsDoNotMatter(transcript));
        if (format === 'messages')
          test('keeps the bytes of events that need no repair', () =>
            unchangedEventsKeepTheirBytes(transcript));
        if (untouched.has(transcript.name))
          test('is sent byte for byte', () => allEventsKeepTheirBytes(transcript));
      });
    }
  });
}
