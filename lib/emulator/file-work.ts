/**
 * Writes a file, reads it back and reports: a loop that shows that tools work. It uses the client's file tools, writes only
 * below the client's working directory, and quotes the actual results.
 */
import type { Conversation, CompletedCall } from './conversation.ts';
import { fileActionOf, fileTools, type FileCall } from './file-tools.ts';
import { call, say, type Script } from './script.ts';

/** The script for a prompt about a file; undefined for other prompts. */
export function workOnFile(conversation: Conversation): Script | undefined {
  const { prompt } = conversation;
  const named = fileNamed(prompt);
  const wantsWrite =
    /\b(?:write|create|make|save|put)\b/i.test(prompt) && (named || /\bfile\b/i.test(prompt));
  const { write, read } = fileTools(conversation.tools);
  if (wantsWrite && write) {
    const content = `${contentNamed(prompt)}\n`;
    return inDirectory(conversation, (path) => {
      const file = path(named ?? 'hello.txt');
      return follow([write(file, content), ...(read ? [read(file)] : [])], conversation);
    });
  }
  if (named && /\b(?:read|show|open|what)\b/i.test(prompt) && read) {
    return inDirectory(conversation, (path) => follow([read(path(named))], conversation));
  }
  return undefined;
}

/** Write, Read, Edit, Read, then a report: uses every file tool. */
export function editLoop(conversation: Conversation): Script {
  const { write, read, edit } = fileTools(conversation.tools);
  if (!write || !read || !edit)
    return [say('The edit loop needs the tools Write, Read and Edit, and they were not offered.')];
  return inDirectory(conversation, (path) => {
    const file = path('emulator-edit.txt');
    return follow(
      [
        write(file, 'line one\nline two\n'),
        read(file),
        edit(file, 'line two', 'line two, edited'),
        read(file),
      ],
      conversation,
    );
  });
}

/** The next call of a plan, given the calls made so far; after the last one, a report. */
function follow(plan: readonly FileCall[], { done, tools }: Conversation): Script {
  const { read } = fileTools(tools);
  let step = 0;
  for (const made of done) {
    const planned = plan[step];
    // Claude Code requires that an existing file is read before it is overwritten; then the call is repeated.
    const mustRepeat = fileActionOf(made.name) === 'write' && mustBeReadFirst(made);
    if (!mustRepeat && made.result?.failed !== false) return [say(whatFailed(made))];
    if (!mustRepeat && made.name === planned?.name) step++;
  }
  const next = plan[step];
  const last = done.at(-1);
  if (!next) return [say(report(plan, last))];
  // Each step may need one more call. A client that needs more makes no progress.
  if (done.length > plan.length * 2) return [say(`The emulator gave up after ${done.length} tool calls.`)];
  const first = last && read && mustBeReadFirst(last) ? read(next.file) : next;
  return [call(first.name, first.input)];
}

function mustBeReadFirst({ result }: CompletedCall): boolean {
  return result?.failed === true && /\bread\b.*\bfirst\b|\bnot been read\b/i.test(result.text);
}

function whatFailed({ name, result }: CompletedCall): string {
  if (!result) return `The call of ${name} came back without a result. ${signature}`;
  return `${name} did not work; the client said:\n\n${quote(result.text.trim())}\n\n${signature}`;
}

function report(plan: readonly FileCall[], last: CompletedCall | undefined): string {
  const file = plan[0]?.file ?? 'the file';
  const said = quote(withoutLineNumbers(last?.result?.text ?? ''));
  const verbs = plan.map(({ action }) => ({ write: 'wrote', read: 'read', edit: 'edited' })[action]);
  const did = verbs.length > 1 ? `${verbs.slice(0, -1).join(', ')} and ${verbs.at(-1)}` : verbs[0];
  const reads = plan.at(-1)?.action === 'read';
  return `I ${did} ${file}. ${reads ? 'It says' : 'The client said'}:\n\n${said}\n\n${signature}`;
}

const signature = "(This is occ's built-in emulator, not a model.)";

/** The longest quote of a tool result, in characters. */
const maxQuote = 2000;

function quote(text: string): string {
  const short = text.length > maxQuote ? `${text.slice(0, maxQuote)}…` : text;
  return short
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

/**
 * The text of a file in the result of a tool: without the line numbers that clients add, like `cat -n`, and without the tags
 * of opencode and the report of Codex around it.
 */
function withoutLineNumbers(result: string): string {
  const text =
    /<content>\n([\s\S]*?)\n\n?(?:\(End of file[^\n]*\n)?<\/content>/.exec(result)?.[1] ??
    /^Chunk ID: [\s\S]*?\nOutput:\n([\s\S]*)$/.exec(result)?.[1] ??
    result;
  const lines = text.split('\n').map((line) => /^\s*\d+(?:[\t→]|: )(.*)$/.exec(line)?.[1]);
  return lines.includes(undefined) ? text.trim() : lines.join('\n').trimEnd();
}

/** How clients name it: most write "working directory: /home", Qwen Code more words, Gemini CLI a list, Codex and pi a tag. */
const directoryIn =
  /working (?:in the )?directory: *([^\s<][^<\n]*)|workspace directories:\**\s*\n\s*- (\S.*)|<cwd>\s*([^<\n]+?)\s*<\/cwd>/i;

/** Calls `work` with a function that returns paths below the client's working directory, which is in the system text. */
function inDirectory({ system }: Conversation, work: (path: (name: string) => string) => Script): Script {
  const directory = directoryIn
    .exec(system)
    ?.slice(1)
    .find((one) => one !== undefined)
    ?.trim();
  if (directory === undefined) {
    return [
      say(`The client did not say what its working directory is, so no file was touched. ${signature}`),
    ];
  }
  const separator = /^[A-Za-z]:\\/.test(directory) ? '\\' : '/';
  return work((name) => {
    const inside = name.startsWith(`${directory}${separator}`) ? name.slice(directory.length + 1) : name;
    const parts = inside.split(/[\\/]+/).filter((part) => part !== '' && part !== '.');
    // Of a name that leads outside, only the last part is used.
    const isOutside = /^[\\/]|^[A-Za-z]:/.test(inside) || parts.includes('..');
    const kept = isOutside ? parts.filter((part) => part !== '..').slice(-1) : parts;
    return [directory.replace(/[\\/]$/, ''), ...kept].join(separator);
  });
}

/** The file named by a prompt: after "called" or "named", else the first word with an extension. */
function fileNamed(prompt: string): string | undefined {
  const called = /\b(?:called|named)\s+["'`]?([^\s"'`,;]*[^\s"'`,;.])/i.exec(prompt)?.[1];
  return called ?? /(?:^|[\s"'`(])([\w./\\:~-]*\w\.[A-Za-z]\w{0,7})(?=$|[\s"'`),;:.?!])/.exec(prompt)?.[1];
}

/** The requested content of the file: in quotes, or up to the next clause. */
function contentNamed(prompt: string): string {
  const rest =
    /\b(?:that says|saying|says|containing|contains|with (?:the )?(?:text|content|words?|lines?)|with)\b:?\s*(.*)/is.exec(
      prompt,
    )?.[1];
  if (rest === undefined) return 'hello';
  const [, , straight, curly] = /^(?:(["'`])(.*?)\1|“(.*?)”)/s.exec(rest) ?? [];
  const clause = /^.*?(?=,|;|\n|[.?!](?:\s|$)|\s+(?:then|and (?:then|read|tell|show))\b|$)/s.exec(rest)?.[0];
  return straight ?? curly ?? (clause?.trim() || 'hello');
}
