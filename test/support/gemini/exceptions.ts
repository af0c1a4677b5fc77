/** The content of generateContent transcripts that the simple reader (sent.ts) cannot read; see exceptions.ts. */
import type { Call, Exception } from '../sent-shape.ts';

const call = (name: string, args: string): Call => ({ name, args });

export const geminiExceptions: Readonly<Record<string, Exception>> = {
  'gemini/candidates-several': {
    text: 'Second answers.',
    completeAt: '"finishReason":"STOP","index":1}]',
    why: 'L9: the first candidate with content, and its finish',
  },
  'gemini/candidates-several-truncated': {
    text: 'Second ',
    completeAt: 'never',
    why: 'P1: the finish of another candidate does not complete the answer',
  },
  'gemini/candidates-text-and-calls': {
    text: 'I will read it.',
    thinking: 'Hm.',
    calls: [call('Read', '{"n":1}')],
    completeAt: '"totalTokenCount":129}',
    why: 'L9: the text and thoughts of the first candidate, and the call of the second',
  },
  'gemini/code-execution': {
    text: 'I compute.\n```python\nprint(6*7)\n```\n\n```\n42\n\n```\nIt is 42.',
    why: 'code that Google ran is sent as text',
  },
  'gemini/data-on-several-lines': {
    calls: [call('Read', '{"n": 1}')],
    why: 'L9: arguments keep their spelling, but the reader prints them again',
  },
  'gemini/json-instead-of-stream': {
    calls: [call('Read', `{\n                "n": 1\n              }`)],
    why: 'L9: arguments keep their layout, but the reader prints them again',
  },
  'gemini/done-marker': { text: 'Hello.', why: 'L4: nothing follows the end' },
  'gemini/envelope': {
    text: 'Hello.',
    completeAt: '"totalTokenCount":129}',
    why: 'the reader does not unwrap envelopes',
  },
  'gemini/error-while-a-call-grows': {
    calls: [call('Write', '{"a":"x"')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/parts-not-a-list': {
    text: 'Look: ',
    calls: [call('Read', '{"n":1}')],
    why: 'the reader reads only lists of parts',
  },
  'gemini/tool-arguments-continued': {
    calls: [call('Write', '{"file_path":"/a","content":"b"}')],
    why: 'the reader does not join arguments',
  },
  'gemini/tool-arguments-late': {
    calls: [call('Read', '{"file_path":"/a"}'), call('Bash', '{"command":"ls"}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-arguments-late-after-text': {
    text: 'I read it.',
    calls: [call('Read', '{"file_path":"/a"}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-arguments-late-ambiguous': {
    calls: [call('Read', '{"command":"ls"}'), call('Bash', '{}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-arguments-late-by-id': {
    calls: [call('Read', '{"file_path":"/a"}'), call('Bash', '{"command":"ls"}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-arguments-late-together': {
    calls: [call('Read', '{"file_path":"/a"}'), call('Bash', '{"command":"ls"}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-arguments-late-twice': {
    calls: [call('Read', '{"file_path":"/a"}')],
    why: 'the reader does not join a name and its late arguments',
  },
  'gemini/tool-exact-bytes': {
    calls: [call('Read', '{ "id": 12345678901234567890, "x" : 1e400,"s":"\\u00e9\\n\\"}{","d":1,"d":2 }')],
    why: 'L9: arguments keep their spelling, but the reader prints them again',
  },
  'gemini/tool-ghost': { calls: [], why: 'L6: a call without name and arguments is ignored' },
  'gemini/tool-name-missing-cut': { calls: [], why: 'L6: a call needs a name, and the turn was cut' },
  'gemini/tool-name-spellings': {
    calls: [call('Read', '{"n":1}'), call('mcp__files.search/all', '{"n":2}'), call('Teleport', '{"n":3}')],
    why: 'L6: the declared spelling, and the original name restored',
  },
  'gemini/tool-partial-arguments': {
    calls: [call('Write', '{"file_path":"/a/b","a b":{"list":[{"n":1.5},false]},"__proto__":null}')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/tool-partial-arguments-cut': {
    calls: [call('Write', '{"content":"half"')],
    why: 'P5: in a turn that was cut they pass, without the last brace so that the client cannot run them',
  },
  'gemini/tool-partial-arguments-interrupted': {
    calls: [call('Write', '{"content":"half"'), call('Read', '{"n":1}')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/tool-partial-arguments-list': {
    calls: [call('Write', '{"list":["ab","c"]}')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/tool-partial-arguments-two': {
    calls: [call('Read', '{"n":1}'), call('Read', '{"n":2}')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/tool-partial-arguments-unfinished': {
    calls: [call('Write', '{"content":"half"')],
    why: 'the reader does not read arguments in pieces',
  },
  'gemini/tool-sent-twice': { calls: [call('Read', '{"n":1}')], why: 'a repeated call counts once' },
};
