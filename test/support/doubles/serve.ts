/** Serves doubles on the emulator's server, each below its own path, and records what each received and refused. */
import { toAnswer, type Answer } from '../../../lib/emulator/answer.ts';
import type { Conversation } from '../../../lib/emulator/conversation.ts';
import { emulatedFormats, formatAt } from '../../../lib/emulator/formats.ts';
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { sampleOf } from '../../../lib/emulator/sample.ts';
import { callTogether, say, think, type Script, type ToolCall } from '../../../lib/emulator/script.ts';
import { isObject, parseJson } from '../../../lib/json.ts';
import type { LooseJson } from '../loose-json.ts';
import { callsIn, violation, type Double, type Incoming, type Refusal } from './double.ts';
import { sealsOf, type Seals } from './seals.ts';

/** One request that a double received. */
export interface Recorded {
  double: string;
  body: LooseJson;
  headers: Incoming['headers'];
  /** The name of the rule that refused it, and the response. */
  refused?: { rule: string; refusal: Refusal };
  /** What it answered otherwise. */
  said?: { text: string; calls: readonly ToolCall[] };
}

export interface Served {
  /** For `emulator: { script }`. */
  script: (request: ReceivedRequest) => Answer;
  /** In the order of arrival. */
  recorded: readonly Recorded[];
  seals: Readonly<Record<string, Seals>>;
  /** The endpoint of a double below the emulator's URL. */
  endpoint(double: Double, url: string): string;
}

let answers = 0;

export function serve(doubles: readonly Double[]): Served {
  const recorded: Recorded[] = [];
  const seals = Object.fromEntries(doubles.map(({ name }) => [name, sealsOf(name)]));
  return {
    recorded,
    seals,
    endpoint: ({ name, format }, url) => `${url}/${name}${emulatedFormats[format]?.endpoint}`,
    script({ path, query, body, headers, conversation, bodyBytes }) {
      const double = doubles.find(({ name }) => path.startsWith(`/${name}/`));
      const own = double && seals[double.name];
      if (!double || !own) return reply({ status: 404, body: 'no such double' });
      const incoming: Incoming = { body: body as LooseJson, headers, path: `${path}?${query}`, seals: own };
      const entry: Recorded = { double: double.name, body: incoming.body, headers };
      recorded.push(entry);
      const found = violation(double, incoming);
      if (found) {
        const refusal = double.envelope(found.violation);
        entry.refused = { rule: found.rule.name, refusal };
        return reply(refusal);
      }
      return answer(double, incoming, conversation, path, bodyBytes, entry);
    },
  };
}

function reply({ status, body, headers }: Refusal): Answer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { reply: { status, headers: { 'content-type': 'application/json', ...headers }, body: text } };
}

function answer(
  double: Double,
  incoming: Incoming,
  conversation: Conversation,
  path: string,
  bytes: number,
  entry: Recorded,
): Answer {
  const unique = ++answers;
  const thinking = (double.thinks?.(incoming) ?? true) ? `${double.name} considers step ${unique}.` : '';
  const calls = callsOf(double, conversation, unique);
  const text = calls.length === 2 ? '' : `${double.name} says ${unique}: “Größe” 🙂`;
  entry.said = { text, calls };
  const script: Script = [
    ...(thinking === '' ? [] : [think(thinking, incoming.seals.make(thinking))]),
    ...(text === '' ? [] : [say(text)]),
    ...(calls.length > 0 ? [callTogether(...calls)] : []),
  ];
  const format = formatAt(path);
  if (!format || !conversation.stream) return { ...toAnswer(script), flavour: 'plain' };
  const head = {
    id: `d${unique.toString(36).padStart(5, '0')}`,
    model: conversation.model,
    created: 1_790_000_000,
    flavour: 'plain',
    inputTokens: Math.ceil(bytes / 4),
  } as const;
  let sent = double.preamble ?? '';
  for (const frame of format.stream(script, head)) {
    if (frame.type !== 'event') continue;
    sent += dressed(frame.text, double, { seals: incoming.seals, thinking, calls, incoming });
  }
  sent += double.postamble ?? '';
  return { reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: sent } };
}

function callsOf(double: Double, conversation: Conversation, unique: number): ToolCall[] {
  const { tools } = conversation;
  return Array.from({ length: callsIn(conversation) }, (_, position) => {
    const tool = tools[position % tools.length];
    const name = tool?.name ?? '';
    const id = double.callId?.(unique * 10 + position, name, position);
    const input = sampleOf(tool?.schema, `${double.name} ${unique}/${position}`);
    return { name, input, ...(id !== undefined && { id }) };
  });
}

function dressed(
  text: string,
  double: Double,
  answering: Parameters<NonNullable<Double['dress']>>[1],
): string {
  const [head = '', ...rest] = text.split('data: ');
  const event = parseJson(rest.join('data: '));
  if (!double.dress || !isObject(event)) return text;
  return double
    .dress(event, answering)
    .map((one) => {
      const named = typeof one['type'] === 'string' && head !== '' ? `event: ${one['type']}\n` : head;
      return `${named}data: ${JSON.stringify(one)}\n\n`;
    })
    .join('');
}
