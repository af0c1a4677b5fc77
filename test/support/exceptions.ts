/**
 * What the simple reader (sent.ts) cannot know of a transcript, said by hand: which call a piece belongs to where the
 * upstream does not number them honestly, and what a quirk or a law takes out on purpose.
 */
import { geminiExceptions } from './gemini/exceptions.ts';
import { responsesExceptions } from './responses/exceptions.ts';
import type { Call, Exception } from './sent-shape.ts';
import type { Transcript } from './transcripts.ts';

const call = (name: string, args: string): Call => ({ name, args });

const known: Readonly<Record<string, Exception>> = {
  ...geminiExceptions,
  'chat/choices-several': {
    text: 'Second answers.',
    completeAt: '"finish_reason":"stop"}]}',
    why: 'L9: the first choice that carries anything, and its own end',
  },
  'chat/choices-several-truncated': {
    text: 'Second ',
    completeAt: 'never',
    why: 'P1: the end of another choice is not the end of the answer',
  },
  'chat/content-as-parts': {
    text: 'One two three',
    thinking: 'Hm.',
    why: 'the reader knows no thinking parts, and content that is one part',
  },
  'chat/envelope': {
    text: 'Hello.',
    completeAt: '"finish_reason":"stop"}]}}',
    why: 'the reader opens no envelopes',
  },
  'chat/finish-content-filter': { text: 'I cannot help with that.', why: 'a refusal is text' },
  'chat/message-after-deltas': { text: 'Hello there.', why: 'the whole message again counts once' },
  'chat/message-after-tool-deltas': {
    calls: [call('Read', '{"n":1}')],
    why: 'the whole message again counts once',
  },
  'chat/reasoning-fields': { thinking: 'abcd', why: 'the reader knows no reasoning_details' },
  'chat/think-tags-inline': {
    text: '\n\nYes',
    thinking: 'Hm, a <b> tag.',
    why: 'P8: the quirk takes the tags out, and the white space before them',
  },
  'chat/think-tags-then-tool': { text: '', thinking: 'Use a <', why: 'P8: the quirk takes the tag out' },
  'chat/tool-arguments-as-object': {
    calls: [call('Read', '{"file_path":"/a","limit":3}')],
    why: 'the reader takes arguments as text only',
  },
  'chat/tool-arguments-then-junk': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: junk that starts no value is left out',
  },
  'chat/tool-arguments-whole-again': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: the same value again counts once',
  },
  'chat/tool-ghost-chunks': {
    calls: [call('Read', '{"n":1}')],
    why: 'L6: a call without a name or arguments is none',
  },
  'chat/tool-id-repeated-without-index': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":1}')],
    why: 'the reader needs an index',
  },
  'chat/tool-index-missing': {
    calls: [
      call('Read', '{"n":1}'),
      call('Read', '{"n":2}'),
      call('Write', '{"n":3}'),
      call('Write', '{"n":4}'),
    ],
    why: 'the reader needs an index',
  },
  'chat/tool-index-missing-interleaved': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"m":2}')],
    why: 'the reader needs an index',
  },
  'chat/tool-index-missing-without-arguments': {
    calls: [call('Bash', ''), call('Write', '{"n":1}')],
    why: 'the reader needs an index',
  },
  'chat/tool-index-repeated': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}'), call('Write', '{"n":3}')],
    why: 'the reader trusts the index',
  },
  'chat/tool-index-repeated-in-one-delta': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}')],
    why: 'the reader trusts the index',
  },
  'chat/tool-index-repeated-without-ids': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":1}')],
    why: 'the reader trusts the index',
  },
  'chat/tool-legacy-function-call': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader does not know the old field',
  },
  'chat/tool-name-in-pieces': {
    calls: [call('ReadMany', '{"files":["/a"]}')],
    why: 'the reader takes the last piece for the name',
  },
  'chat/tool-name-repeated': { calls: [call('Bash', '{"command":"ls"}')], why: 'L6: the declared spelling' },
  'chat/tool-name-unknown': {
    calls: [call('Teleport', '{}'), call('mcp__files.search/all', '{}'), call('n'.repeat(70), '{}')],
    why: 'L6: our own rename is undone',
  },
  'chat/tool-without-arguments': {
    calls: [call('Read', ''), call('Write', ''), call('Bash', '')],
    why: 'L6: arguments are empty or an object, so white space alone is left out',
  },
  'messages/envelope': {
    text: 'Hello.',
    completeAt: '"cache_creation_input_tokens":0}}}',
    why: 'the reader opens no envelopes',
  },
  'messages/events-after-the-end': { text: 'Hello.', why: 'L4: nothing follows message_stop' },
  'messages/json-instead-of-stream': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}'), call('Bash', '')],
    why: 'the reader knows streams only',
  },
  'messages/text-in-start': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader takes arguments as text only',
  },
  'messages/think-end-leaked': {
    text: 'Yes.</thing> is no tag',
    why: 'P8: the quirk takes the leaked tag out, and the white space around it',
  },
  'messages/tool-arguments-as-object': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader takes arguments as text only',
  },
  'messages/tool-ids-and-names': {
    calls: [call('Read', '{}'), call('Bash', '{}'), call('Bash', '{}'), call('mcp__files.search/all', '{}')],
    why: 'L6: the declared spelling, and our own rename undone',
  },
  'messages/tool-raw-arguments': {
    calls: [call('Write', '{"content":"half')],
    why: 'the arguments are in raw_arguments',
  },
  'messages/tool-raw-arguments-cut': {
    calls: [call('Write', '{"content":"half')],
    why: 'the arguments are in raw_arguments',
  },
  'messages/tool-without-arguments': {
    calls: [call('Read', ''), call('Bash', ''), call('Bash', '')],
    why: 'L6: arguments are empty or an object, so white space alone is left out',
  },
  'messages/type-from-event-line': {
    text: 'Hello.',
    completeAt: '"cache_creation_input_tokens":0}}',
    why: 'the reader looks for the type in the data',
  },
  ...responsesExceptions,
};

export function exceptions({ format, name }: Transcript): Exception | undefined {
  return known[`${format}/${name}`];
}

/** From how many bytes on the answer of this transcript is complete; undefined where the simple reader can tell. */
export function completeFrom(transcript: Transcript): number | undefined {
  const mark = exceptions(transcript)?.completeAt;
  if (mark === undefined) return undefined;
  const at = Buffer.from(transcript.bytes).indexOf(mark);
  return at < 0 ? Infinity : at + mark.length;
}
