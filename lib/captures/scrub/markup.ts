/** The markup in a model's text that decoders read: tags of thinking, and tool calls in the notation of a model family. */

/** A part of the text that is markup. Everything between the parts is text. */
export interface MarkupPart {
  from: number;
  to: number;
  /** `begun`: text that begins like a tag and continues differently. It is kept like a tag. */
  what: 'keep' | 'begun' | 'name' | 'key' | 'json';
}

const tag =
  /<\/?(?:[|｜](?:DSML)?[|｜]?)?(?:minimax:)?(?:think|thinking|tool_calls?|toolcall|function_calls|tool_calls_section_begin|tool_calls_section_end|tool_call_begin|tool_call_argument_begin|tool_call_end|invoke|parameter|function|arg_key|arg_value)(?:[|｜])?(?:=[^<>\n]{0,200}|\s[^<>\n]{0,400})?>/g;

/** Finds the parts; linear in the text. */
export function markupIn(text: string): MarkupPart[] {
  if (!text.includes('<')) return [];
  const parts = tagsIn(text);
  const begun: MarkupPart[] = [];
  let next = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    while ((parts[next]?.to ?? Infinity) <= at) next++;
    if ((parts[next]?.from ?? Infinity) <= at) continue;
    const limit = parts[next]?.from ?? text.length;
    const to = Math.min(limit, at + beginningOfTag(text, at) + 1);
    if (to > at + 1) begun.push({ from: at, to, what: 'begun' });
  }
  return [...parts, ...begun].toSorted((a, b) => a.from - b.from);
}

/** Tags that a decoder waits for: it holds a text back as long as it may become one of these. */
const awaited: readonly string[] = [
  '<think>',
  '</think>',
  '<tool_call>',
  '<minimax:tool_call>',
  '</minimax:tool_call>',
  '<|tool_calls_section_begin|>',
  ...['｜DSML｜', '|DSML|'].flatMap((mark) =>
    ['tool_calls', 'function_calls', 'toolcall'].map((name) => `<${mark}${name}>`),
  ),
];

/** Characters at the position that are the beginning of a tag. The one after them shows that it is none. */
function beginningOfTag(text: string, at: number): number {
  let longest = 0;
  for (const one of awaited) {
    let length = 0;
    while (length < one.length && text[at + length] === one[length]) length++;
    longest = Math.max(longest, length);
  }
  return longest;
}

function tagsIn(text: string): MarkupPart[] {
  const parts: MarkupPart[] = [];
  let before: { name: string; to: number } | undefined;
  for (const match of text.matchAll(tag)) {
    const [whole] = match;
    const from = match.index;
    if (before) parts.push(...between(text, before.name, before.to, from));
    parts.push(...inTag(whole, from));
    before = { name: /[a-z_]+(?=[|｜]?(?:[=\s][^>]*)?>$)/.exec(whole)?.[0] ?? '', to: from + whole.length };
    if (whole.startsWith('</')) before.name = `/${before.name}`;
  }
  if (before) parts.push(...between(text, before.name, before.to, text.length));
  return parts;
}

/** The tag, but for the name of a tool or of a parameter in it. */
function inTag(whole: string, at: number): MarkupPart[] {
  const named = /(?:=|name=")([^"<>]+)("|>)/.exec(whole);
  const name = named?.[1];
  if (named === null || name === undefined || whole.startsWith('</'))
    return [{ from: at, to: at + whole.length, what: 'keep' }];
  const from = at + named.index + named[0].indexOf(name);
  const to = from + name.length;
  return [
    { from: at, to: from, what: 'keep' },
    { from, to, what: whole.includes('parameter') ? 'key' : 'name' },
    { from: to, to: at + whole.length, what: 'keep' },
  ];
}

/** What follows the tag `name` and ends before the next tag. */
function between(text: string, name: string, from: number, to: number): MarkupPart[] {
  const inner = text.slice(from, to);
  const begin = from + (inner.length - inner.trimStart().length);
  const trimmed = inner.trim();
  const end = begin + trimmed.length;
  if (trimmed === '') return [];
  if (name === 'arg_key') return [{ from: begin, to: end, what: 'key' }];
  if (/^(?:-?\d+(?:\.\d+)?|true|false|null)$/.test(trimmed) && !name.startsWith('/'))
    return [{ from: begin, to: end, what: 'keep' }];
  if (/^[{[]/.test(trimmed) && !name.startsWith('/') && !name.startsWith('think'))
    return [{ from: begin, to: end, what: 'json' }];
  if (name === 'tool_call_begin' || name === 'tool_call') {
    const called = /^(?:functions\.)?([\w.:/-]+?)(?::\d+)?(?=\s|$)/.exec(trimmed);
    const tool = called?.[1];
    if (called && tool !== undefined) {
      const start = begin + called[0].indexOf(tool);
      return [
        { from: begin, to: start, what: 'keep' },
        { from: start, to: start + tool.length, what: 'name' },
        { from: start + tool.length, to: begin + called[0].length, what: 'keep' },
      ];
    }
  }
  return [];
}
