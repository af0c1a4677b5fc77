/** The transcripts of chat under `test/fixtures/transcripts/chat`. */
import { testTranscripts } from '../../support/transcript-laws.ts';

testTranscripts('chat');
