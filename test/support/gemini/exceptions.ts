/** What the simple reader of generateContent (gemini-sent.ts) cannot know of a transcript; see exceptions.ts. */
import type { Call, Exception } from '../sent-shape.ts';

const call = (name: string, args: string): Call => ({ name, args });

export const geminiExceptions: Readonly<Record<string, Exception>> = {
  'gemini/candidates-several': {
    text: 'Second answers.',
    completeAt: '"finishReason":"STOP","index":1}]',
    why: 'L9: the first candidate that carries anything, and its own end',
  },
  'gemini/candidates-several-truncated': {
    text: 'Second ',
    completeAt: 'never',
    why: 'P1: the end of another candidate is not the end of the answer',
  },
  'gemini/code-execution': {
    text: 'I compute.\n```python\nprint(6*7)\n```\n\n```\n42\n\n```\nIt is 42.',
    why: 'code that was run is told as text',
  },
  'gemini/data-on-several-lines': {
    calls: [call('Read', '{"n": 1}')],
    why: 'L9: arguments keep their spelling, and the reader prints them anew',
  },
  'gemini/json-instead-of-stream': {
    calls: [call('Read', `{\n                "n": 1\n              }`)],
    why: 'L9: arguments keep their layout, and the reader prints them anew',
  },
  'gemini/done-marker': { text: 'Hello.', why: 'L4: nothing follows the end' },
  'gemini/envelope': {
    text: 'Hello.',
    completeAt: '"totalTokenCount":129}',
    why: 'the reader opens no envelopes',
  },
  'gemini/error-while-a-call-grows': {
    calls: [call('Write', '{"a":"x"')],
    why: 'the reader knows no arguments in pieces',
  },
  'gemini/parts-not-a-list': {
    text: 'Look: ',
    calls: [call('Read', '{"n":1}')],
    why: 'the reader knows lists of parts only',
  },
  'gemini/tool-exact-bytes': {
    calls: [call('Read', '{ "id": 12345678901234567890, "x" : 1e400,"s":"\\u00e9\\n\\"}{","d":1,"d":2 }')],
    why: 'the reader parses and prints arguments, which L9 forbids',
  },
  'gemini/tool-ghost': { calls: [], why: 'L6: a call without a name or arguments is none' },
  'gemini/tool-name-missing-cut': { calls: [], why: 'L6: a call needs a name, and the turn was cut' },
  'gemini/tool-name-spellings': {
    calls: [call('Read', '{"n":1}'), call('mcp__files.search/all', '{"n":2}'), call('Teleport', '{"n":3}')],
    why: 'L6: the declared spelling, and our own rename undone',
  },
  'gemini/tool-partial-arguments': {
    calls: [call('Write', '{"file_path":"/a/b","a b":{"list":[{"n":1.5},false]},"__proto__":null}')],
    why: 'the reader knows no arguments in pieces',
  },
  'gemini/tool-partial-arguments-cut': {
    calls: [call('Write', '{"content":"half"')],
    why: 'P5: in a turn that was cut they pass, left open so that nobody runs them',
  },
  'gemini/tool-partial-arguments-interrupted': {
    calls: [call('Write', '{"content":"half"'), call('Read', '{"n":1}')],
    why: 'the reader knows no arguments in pieces',
  },
  'gemini/tool-partial-arguments-two': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}')],
    why: 'the reader knows no arguments in pieces',
  },
  'gemini/tool-partial-arguments-unfinished': {
    calls: [call('Write', '{"content":"half"')],
    why: 'the reader knows no arguments in pieces',
  },
  'gemini/tool-sent-twice': { calls: [call('Read', '{"n":1}')], why: 'the very same call counts once' },
};
