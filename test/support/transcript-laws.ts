/** The tests of one format's transcripts: every law, on every transcript. The first line of a transcript says what it shows. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spell } from './decode.ts';
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

/** Raw streams that break no law: not one byte of them may change. */
const untouched: ReadonlySet<string> = new Set(['genuine-claude']);

export function testTranscripts(format: Format): void {
  describe(`${format} transcripts`, () => {
    for (const transcript of transcripts(format)) {
      describe(transcript.name, () => {
        test('says what it shows', () => assert.match(transcript.shows, /^made by hand\. \S/));
        test('becomes the recorded events', () =>
          matchesGolden(transcript.golden, decode(transcript).all.map(spell)));
        test('the grammar holds', () => obeysTheGrammar(transcript));
        test('however the bytes are cut', () => cutsDoNotMatter(transcript));
        test('cut short anywhere, it is never called finished', () => truncationIsNotAFinish(transcript));
        test('nothing is lost, doubled or changed', () => contentIsPreserved(transcript));
        test('the official client folds it alike', () => foldsLikeTheSdk(transcript));
        test('each event leaves in one piece', () => eventsAreWellFramed(transcript));
        if (transcript.events) test('LF, CRLF and CR alike', () => lineEndsDoNotMatter(transcript));
        if (format === 'messages')
          test('what needs no repair keeps its bytes', () => unchangedEventsKeepTheirBytes(transcript));
        if (untouched.has(transcript.name))
          test('leaves byte for byte', () => allEventsKeepTheirBytes(transcript));
      });
    }
  });
}
