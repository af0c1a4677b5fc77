/** The transcripts of Responses in `test/fixtures/transcripts/responses`. */
import { testTranscripts } from '../../support/transcript-laws.ts';

testTranscripts('responses');
