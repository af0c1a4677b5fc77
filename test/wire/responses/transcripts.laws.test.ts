/** The transcripts of Responses under `test/fixtures/transcripts/responses`. */
import { testTranscripts } from '../../support/transcript-laws.ts';

testTranscripts('responses');
