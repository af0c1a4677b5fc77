/** The transcripts of gemini under `test/fixtures/transcripts/gemini`. */
import { testTranscripts } from '../../support/transcript-laws.ts';

testTranscripts('gemini');
