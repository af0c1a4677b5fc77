/** The transcripts of messages under `test/fixtures/transcripts/messages`. */
import { testTranscripts } from '../../support/transcript-laws.ts';

testTranscripts('messages');
