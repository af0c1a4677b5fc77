/** What the simple reader of Responses cannot know of a transcript: it reads pieces, and trusts what announces a call. */
import type { Call, Exception } from '../sent-shape.ts';

const call = (name: string, args: string): Call => ({ name, args });

export const responsesExceptions: Readonly<Record<string, Exception>> = {
  'responses/content-after-the-finish': {
    text: 'Hello.',
    why: 'the finished response is the last word: it holds everything that was said',
  },
  'responses/content-odd': { text: 'Plain. Known.', why: 'the reader knows pieces only' },
  'responses/envelope': {
    text: 'Hello.',
    completeAt: '"total_tokens":333}}}}',
    why: 'the reader opens no envelopes',
  },
  'responses/events-repeated': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'an item that is announced twice is one',
  },
  'responses/json-incomplete': { text: 'Half of', why: 'the reader knows streams only' },
  'responses/json-instead-of-stream': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}'), call('Bash', '')],
    why: 'the reader knows streams only',
  },
  'responses/pieces-late': {
    text: 'Hello.',
    calls: [call('Read', '{"n":1}')],
    why: 'pieces of a text that had come whole count once',
  },
  'responses/reasoning-twice': {
    thinking: 'All of it.',
    why: 'reasoning and its summary say the same: what speaks first counts',
  },
  'responses/response-alone': {
    text: 'Look.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}')],
    why: 'the reader knows pieces only',
  },
  'responses/response-done': {
    completeAt: '"total_tokens":333}}}',
    why: 'the reader does not know the older name',
  },
  'responses/response-says-more': {
    text: 'Hello.',
    calls: [call('Bash', '{"n":2}')],
    why: 'the reader knows pieces only',
  },
  'responses/stop-word': {
    text: '<block>no',
    calls: [],
    completeAt: 'ock> and"}',
    why: 'the client’s stop word ends the answer',
  },
  'responses/stop-word-truncated': {
    text: 'no ',
    completeAt: 'STOP yes"}',
    why: 'the client’s stop word ends the answer',
  },
  'responses/text-whole-alone': { text: 'One. Two. Three.', why: 'the reader knows pieces only' },
  'responses/tool-arguments-announced': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'the reader knows pieces only',
  },
  'responses/tool-arguments-as-object': {
    calls: [call('Read', '{"file_path":"/a","limit":3}')],
    why: 'the reader knows pieces only',
  },
  'responses/tool-arguments-first': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader waits for an announcement',
  },
  'responses/tool-arguments-in-the-response': {
    calls: [call('Read', '{"n":1}')],
    why: 'the reader knows pieces only',
  },
  'responses/tool-arguments-then-junk': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: junk that starts no value is left out',
  },
  'responses/tool-arguments-whole-again': {
    calls: [call('Read', '{"n":1}')],
    why: 'P5: the same value again counts once',
  },
  'responses/tool-arguments-whole-alone': {
    calls: [call('Read', '{"n":1}'), call('Write', '{"n":2}')],
    why: 'the reader knows pieces only',
  },
  'responses/tool-id-missing': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}')],
    why: 'the reader waits for an announcement',
  },
  'responses/tool-id-of-the-item': {
    calls: [call('Read', '{}')],
    why: 'the reader waits for an announcement',
  },
  'responses/tool-names': {
    calls: [call('Bash', '{}'), call('mcp__files.search/all', '{}'), call('Teleport', '{}')],
    why: 'L6: the declared spelling, and our own rename undone',
  },
  'responses/tool-without-arguments': {
    calls: [call('Read', ''), call('Write', ''), call('Bash', '')],
    why: 'L6: arguments are empty or an object, so white space alone is left out',
  },
  'responses/type-from-event-line': {
    text: 'Hello.',
    completeAt: '"total_tokens":333}}}',
    why: 'the reader looks for the type in the data',
  },
  'responses/web-search-cited': { text: 'Found.', why: 'the reader knows pieces only' },
};
