/**
 * The content of transcripts that the simple reader (sent.ts) cannot read, because the upstream numbers its calls wrongly,
 * or because a quirk or a law removes content on purpose.
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
    why: 'L9: the first choice with content, and its finish',
  },
  'chat/choices-several-truncated': {
    text: 'Second ',
    completeAt: 'never',
    why: 'P1: the finish of another choice does not complete the answer',
  },
  'chat/choices-calls-cut': {
    text: 'I will read it.',
    calls: [call('Read', '{"n":1}')],
    completeAt: 'never',
    why: 'L9: the second choice is a part of the answer, and does not finish',
  },
  'chat/choices-in-parts-whole': {
    text: 'I will read it.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}')],
    why: 'L9: each kind of content comes from the first choice with it',
  },
  'chat/choices-text-and-calls': {
    text: 'I will read it.',
    calls: [call('Read', '{"n":1}')],
    completeAt: '"finish_reason":"tool_calls"}]}',
    why: 'L9: the text of the first choice and the calls of the second',
  },
  'chat/content-as-parts': {
    text: 'One two three',
    thinking: 'Hm.',
    why: 'the reader reads neither thinking parts nor content that is a single part',
  },
  'chat/envelope': {
    text: 'Hello.',
    completeAt: '"finish_reason":"stop"}]}}',
    why: 'the reader does not unwrap envelopes',
  },
  'chat/finish-content-filter': { text: 'I cannot help with that.', why: 'a refusal is sent as text' },
  'chat/leaked-call-dsml': {
    text: 'I look.\n\n',
    calls: [call('Read', '{"file_path":"/a"}')],
    why: 'P8: the quirk makes a call of the text',
  },
  'chat/leaked-call-without-end': { text: 'I look.', why: 'P8: the quirk takes the text for a broken call' },
  'chat/message-after-deltas': { text: 'Hello there.', why: 'the whole message again counts once' },
  'chat/message-after-tool-deltas': {
    calls: [call('Read', '{"n":1}')],
    why: 'the whole message again counts once',
  },
  'chat/reasoning-fields': { thinking: 'abcd', why: 'the reader does not read reasoning_details' },
  'chat/stop-word': {
    text: '<block>no',
    thinking: 'I may STOP here.',
    calls: [],
    completeAt: 'ock> and more"},"finish_reason":null}]}',
    why: 'the stop word ends the answer',
  },
  'chat/stop-word-truncated': {
    text: 'no ',
    completeAt: 'no STOP"},"finish_reason":null}]}',
    why: 'the stop word ends the answer',
  },
  'chat/think-tags-inline': {
    text: '\n\nYes',
    thinking: 'Hm, a <b> tag.',
    why: 'P8: the quirk removes the tags and the white space before them',
  },
  'chat/think-tags-then-tool': { text: '', thinking: 'Use a <', why: 'P8: the quirk removes the tag' },
  'chat/tool-arguments-as-object': {
    calls: [call('Read', '{"file_path":"/a","limit":3}')],
    why: 'the reader reads arguments only as text',
  },
  'chat/tool-arguments-then-junk': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: text that starts no value is dropped',
  },
  'chat/tool-arguments-whole-again': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: the same value again counts once',
  },
  'chat/tool-ghost-chunks': {
    calls: [call('Read', '{"n":1}')],
    why: 'L6: a call without name and arguments is ignored',
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
    why: 'the reader does not read the old field',
  },
  'chat/tool-name-in-pieces': {
    calls: [call('ReadMany', '{"files":["/a"]}')],
    why: 'the reader uses the last piece as the name',
  },
  'chat/tool-name-repeated': { calls: [call('Bash', '{"command":"ls"}')], why: 'L6: the declared spelling' },
  'chat/tool-name-unknown': {
    calls: [call('Teleport', '{}'), call('mcp__files.search/all', '{}'), call('n'.repeat(70), '{}')],
    why: 'L6: the original name is restored',
  },
  'chat/tool-without-arguments': {
    calls: [call('Read', ''), call('Write', ''), call('Bash', '')],
    why: 'L6: arguments are empty or an object, so white space alone is dropped',
  },
  'messages/envelope': {
    text: 'Hello.',
    completeAt: '"cache_creation_input_tokens":0}}}',
    why: 'the reader does not unwrap envelopes',
  },
  'messages/events-after-the-end': { text: 'Hello.', why: 'L4: nothing follows message_stop' },
  'messages/json-instead-of-stream': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}'), call('Bash', '')],
    why: 'the reader reads only streams',
  },
  'messages/leaked-call': {
    text: 'I look.\n\nThen more.',
    calls: [call('Read', '{"file_path":"/a"}')],
    why: 'P8: the quirk makes a call of the text',
  },
  'messages/leaked-call-without-end': {
    text: 'I look.\n',
    why: 'P8: the quirk takes the text for a broken call',
  },
  'messages/text-in-start': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader reads arguments only as text',
  },
  'messages/think-end-leaked': {
    text: 'Yes.</thing> is no tag',
    why: 'P8: the quirk removes the leaked tag and the white space around it',
  },
  'messages/tool-arguments-as-object': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader reads arguments only as text',
  },
  'messages/tool-ids-and-names': {
    calls: [call('Read', '{}'), call('Bash', '{}'), call('Bash', '{}'), call('mcp__files.search/all', '{}')],
    why: 'L6: the declared spelling, and the original name restored',
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
    why: 'L6: arguments are empty or an object, so white space alone is dropped',
  },
  'messages/type-from-event-line': {
    text: 'Hello.',
    completeAt: '"cache_creation_input_tokens":0}}',
    why: 'the reader reads the type only from the data',
  },
  ...responsesExceptions,
};

export function exceptions({ format, name }: Transcript): Exception | undefined {
  return known[`${format}/${name}`];
}

/** The number of bytes after which the answer is complete; undefined if the simple reader can determine it. */
export function completeFrom(transcript: Transcript): number | undefined {
  const mark = exceptions(transcript)?.completeAt;
  if (mark === undefined) return undefined;
  const at = Buffer.from(transcript.bytes).indexOf(mark);
  return at < 0 ? Infinity : at + mark.length;
}
