/** The content of Responses transcripts that the simple reader (sent.ts) cannot read; see exceptions.ts. */
import type { Call, Exception } from '../sent-shape.ts';

const call = (name: string, args: string): Call => ({ name, args });

export const responsesExceptions: Readonly<Record<string, Exception>> = {
  'responses/content-after-the-finish': {
    text: 'Hello.',
    why: 'the finished response has the complete content',
  },
  'responses/content-odd': { text: 'Plain. Known.', why: 'the reader reads only deltas' },
  'responses/envelope': {
    text: 'Hello.',
    completeAt: '"total_tokens":333}}}}',
    why: 'the reader does not unwrap envelopes',
  },
  'responses/events-repeated': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'an item with two added events counts once',
  },
  'responses/json-incomplete': { text: 'Half of', why: 'the reader reads only streams' },
  'responses/json-instead-of-stream': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}'), call('Bash', '')],
    why: 'the reader reads only streams',
  },
  'responses/pieces-late': {
    text: 'Hello.',
    calls: [call('Read', '{"n":1}')],
    why: 'deltas after the full text count once',
  },
  'responses/reasoning-twice': {
    thinking: 'All of it.',
    why: 'reasoning and its summary are the same content, and the first one is used',
  },
  'responses/response-alone': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}')],
    why: 'the reader reads only deltas',
  },
  'responses/response-done': {
    completeAt: '"total_tokens":333}}}',
    why: 'the reader does not know the older event name',
  },
  'responses/response-says-more': {
    text: 'Hello.',
    calls: [call('Bash', '{"n":2}')],
    why: 'the reader reads only deltas',
  },
  'responses/stop-word': {
    text: '<block>no',
    calls: [],
    completeAt: 'ock> and"}',
    why: 'the client’s stop sequence ends the answer',
  },
  'responses/stop-word-truncated': {
    text: 'no ',
    completeAt: 'STOP yes"}',
    why: 'the client’s stop sequence ends the answer',
  },
  'responses/text-whole-alone': { text: 'One. Two. Three.', why: 'the reader reads only deltas' },
  'responses/tool-arguments-announced': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'the reader reads only deltas',
  },
  'responses/tool-arguments-as-object': {
    calls: [call('Read', '{"file_path":"/a","limit":3}')],
    why: 'the reader reads only deltas',
  },
  'responses/tool-arguments-first': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader requires an added event',
  },
  'responses/tool-arguments-in-the-response': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader reads only deltas',
  },
  'responses/tool-arguments-then-junk': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: text that starts no value is dropped',
  },
  'responses/tool-arguments-whole-again': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: the same value again counts once',
  },
  'responses/tool-arguments-whole-alone': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'the reader reads only deltas',
  },
  'responses/tool-id-missing': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}')],
    why: 'the reader requires an added event',
  },
  'responses/tool-id-of-the-item': {
    calls: [call('Read', '{}')],
    why: 'the reader requires an added event',
  },
  'responses/tool-names': {
    calls: [call('Bash', '{}'), call('mcp__files.search/all', '{}'), call('Teleport', '{}')],
    why: 'L6: the declared spelling, and the original name restored',
  },
  'responses/tool-without-arguments': {
    calls: [call('Read', ''), call('Write', ''), call('Bash', '')],
    why: 'L6: arguments are empty or an object, so white space alone is dropped',
  },
  'responses/type-from-event-line': {
    text: 'Hello.',
    completeAt: '"total_tokens":333}}}',
    why: 'the reader reads the type only from the data',
  },
  'responses/web-search-cited': { text: 'Found.', why: 'the reader reads only deltas' },
};
