/** The laws C1 to C9 of a Chat Completions stream as sent to clients. Shares no code with lib/wire. */

type Loose = { [key: string]: unknown };

export interface ServedCall {
  id: string;
  type: string;
  name: string;
  args: string;
}

/** What a client reads from a stream. */
export interface ServedAnswer {
  text: string;
  thinking: string;
  calls: ServedCall[];
  details: Loose[];
  finish: string | undefined;
  usage: Loose | undefined;
  ended: 'done' | 'error' | 'not at all';
  error: Loose | undefined;
  /** The first law that is broken. */
  broken: string | undefined;
}

export interface Expected {
  model: string;
  includeUsage?: boolean;
  /** Calls come in `function_call`. */
  legacy?: boolean;
}

/** Reads and checks the text of a stream. */
export function readServedStream(
  text: string,
  { model, includeUsage = false, legacy = false }: Expected,
): ServedAnswer {
  const answer: ServedAnswer = {
    text: '',
    thinking: '',
    calls: [],
    details: [],
    finish: undefined,
    usage: undefined,
    ended: 'not at all',
    error: undefined,
    broken: undefined,
  };
  const breaks = (rule: string): void => void (answer.broken ??= rule);
  let head: string | undefined;
  let chunks = 0;

  function readEvent(event: string): void {
    const lines = event.split('\n');
    if (lines.every((line) => line.startsWith(':'))) return;
    const [line = ''] = lines;
    if (lines.length !== 1 || !line.startsWith('data: ') || line.includes('\r'))
      return breaks(`C1: ${JSON.stringify(event.slice(0, 80))}`);
    if (answer.ended !== 'not at all') return breaks(`C8, C9: ${line.slice(0, 80)} after the end`);
    if (line === 'data: [DONE]') {
      if (answer.finish === undefined) breaks('C8: [DONE] without a finish');
      if (includeUsage && answer.usage === undefined) breaks('C7: no usage');
      answer.ended = 'done';
      return;
    }
    const chunk = JSON.parse(line.slice('data: '.length)) as Loose;
    if (chunk['error'] !== undefined) return readError(chunk['error'] as Loose);
    readChunk(chunk);
  }

  function readError(error: Loose): void {
    answer.ended = 'error';
    answer.error = error;
    if (answer.finish !== undefined) breaks('C9: an error after the finish');
    if (typeof error['message'] !== 'string' || typeof error['type'] !== 'string')
      breaks('C9: an error without message or type');
    if (!('param' in error) || !('code' in error)) breaks('C9: an error without param or code');
  }

  function readChunk(chunk: Loose): void {
    const { id, created, object, choices, usage } = chunk;
    const own = JSON.stringify([id, created]);
    if (typeof id !== 'string' || id === '' || typeof created !== 'number') breaks('C2: no id or time');
    if ((head ??= own) !== own) breaks(`C2: ${own} after ${head}`);
    if (object !== 'chat.completion.chunk' || chunk['model'] !== model) breaks('C2: object or model');
    const list = choices as Loose[];
    if (list.length === 0) {
      if (!includeUsage || usage === null || typeof usage !== 'object')
        breaks('C7: a chunk that says nothing');
      if (answer.finish === undefined || answer.usage) breaks('C7: usage before the finish, or twice');
      answer.usage = usage as Loose;
      return;
    }
    const [choice] = list;
    if (list.length !== 1 || choice?.['index'] !== 0) return breaks('C3: not one choice with index 0');
    if (answer.finish !== undefined) breaks('C6: a choice after the finish');
    readDelta(choice['delta'] as Loose);
    const finish = choice['finish_reason'];
    if (finish === null || finish === undefined || finish === '') return;
    answer.finish = finish as string;
    if (usage !== null && typeof usage === 'object') answer.usage = usage as Loose;
    checkFinish();
  }

  function readDelta(delta: Loose): void {
    const {
      role,
      content,
      reasoning_content: thinking,
      refusal,
      tool_calls: calls,
      function_call: called,
    } = delta;
    if (chunks++ === 0 ? role !== 'assistant' : role !== undefined && role !== null && role !== 'assistant')
      breaks('C3: the role');
    for (const value of [content, thinking, refusal])
      if (value !== undefined && value !== null && typeof value !== 'string')
        breaks('C4: content that is no string');
    answer.text += ((content ?? '') as string) + ((refusal ?? '') as string);
    const details = Array.isArray(delta['reasoning_details']) ? (delta['reasoning_details'] as Loose[]) : [];
    const texts = details.map((detail) => (detail['text'] || detail['summary'] || '') as string);
    const named = [thinking, delta['reasoning'], delta['reasoning_text']].find((one) => one);
    answer.thinking += (named ?? texts.join('')) as string;
    answer.details.push(...details);
    if (legacy && calls) breaks('C5: tool_calls for functions');
    for (const entry of (calls ?? []) as Loose[]) readCall(entry);
    if (called)
      readCall({
        index: 0,
        ...(answer.calls.length === 0 && { id: 'none', type: 'function' }),
        function: called,
      });
  }

  function readCall(entry: Loose): void {
    const { index, id, type } = entry;
    const called = (entry['function'] ?? entry['custom'] ?? {}) as Loose;
    const name = called['name'];
    const args = (called['arguments'] ?? called['input'] ?? '') as string;
    const known = answer.calls[index as number];
    if (typeof args !== 'string') breaks('C5: arguments that are no string');
    if (known) {
      if (id || name) breaks('C5: an id or a name again');
      if (known.type === 'custom') breaks('C5: a custom call in pieces');
      known.args += args;
      return;
    }
    if (index !== answer.calls.length)
      return breaks(`C5: call ${String(index)} where ${answer.calls.length} was due`);
    if (typeof id !== 'string' || id === '' || typeof name !== 'string' || name === '')
      return breaks('C5: a call without id or name');
    if (type !== 'function' && type !== 'custom') breaks('C5: a call without a type');
    if (answer.calls.some((call) => call.id === id)) breaks('C5: two calls with one id');
    answer.calls.push({ id, name, type: String(type), args });
  }

  function checkFinish(): void {
    const { finish, calls } = answer;
    const known = ['stop', 'length', 'content_filter', legacy ? 'function_call' : 'tool_calls'];
    if (!known.includes(finish ?? '')) breaks(`C6: ${finish}`);
    if (finish === 'length' || finish === 'content_filter') return;
    if ((finish === 'tool_calls' || finish === 'function_call') !== calls.length > 0)
      breaks(`C6: ${finish} with ${calls.length} calls`);
    for (const { type, args } of calls)
      if (type === 'function' && !isObjectText(args)) breaks('C5: arguments that are no JSON object');
  }

  const events = text.split('\n\n');
  if (events.pop() !== '') breaks('C1: the last event is not complete');
  for (const event of events) readEvent(event);
  return answer;
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
