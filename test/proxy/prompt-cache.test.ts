/**
 * A long conversation through the real proxy, against the emulator's prompt cache: what can be read from the cache is read,
 * and each loss is named by its cause.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContentBlock, MessagesRequest, Tool } from '../../lib/anthropic/request.ts';
import { emulatedFormats } from '../../lib/emulator/formats.ts';
import { promptCache } from '../../lib/emulator/prompt/cache.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import { call, say, think, type Script } from '../../lib/emulator/script.ts';
import type { JsonObject } from '../../lib/json.ts';
import { toArray, toObject } from '../../lib/json.ts';
import { describeCauses } from '../../lib/proxy/policy/cache-causes.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import type { Quirks } from '../../lib/wire/quirks.ts';
import {
  longConversation,
  turnsOfMain,
  type ClientTurn,
  type TurnKind,
} from '../support/long-conversation.ts';
import { modelOf, proxyOver, waitUntil } from '../support/proxy.ts';

interface Model {
  name: string;
  format: WireFormat;
  quirks: Partial<Quirks>;
  /** Deferred tools are not in the prefix, so that a tool search loses nothing. */
  loadsTools?: true;
}

/** The emulator's models, and two of Claude: over messages, and over chat with marks. */
const models: readonly Model[] = [
  { name: 'chat', format: 'chat', quirks: emulatedFormats.chat?.quirks ?? {} },
  { name: 'chat with marks', format: 'chat', quirks: { cacheControl: true } },
  { name: 'messages', format: 'messages', quirks: emulatedFormats.messages?.quirks ?? {} },
  {
    name: 'messages of Claude',
    format: 'messages',
    quirks: { thinking: 'claude', genuineSignatures: true, betas: true, midSystem: 'system' },
    loadsTools: true,
  },
  { name: 'responses', format: 'responses', quirks: { thinking: 'effort' } },
  { name: 'gemini', format: 'gemini', quirks: { thinking: 'effort', signedCalls: true } },
];

interface Sent extends ClientTurn {
  read: number;
  /** What the cache had before, of which this request shares so much if nothing unnecessary changed, in tokens. */
  possible: number;
  causes: string;
}

/** Sends a whole conversation. */
async function run(
  model: Model,
  change?: (body: MessagesRequest, turn: number) => MessagesRequest,
  most = Infinity,
): Promise<Sent[]> {
  let answers = 0;
  await using over = await proxyOver({
    models: [modelOf('only', { wire_format: model.format, quirks: model.quirks })],
    emulator: { promptCache: promptCache(), script: () => answerTo(++answers) },
  });
  const sent: Sent[] = [];
  const before = new Map<string, ReceivedRequest>();
  const client = longConversation({ billing: model.loadsTools !== true, ...(change && { change }) });
  let answer: ContentBlock[] = [];
  for (;;) {
    const { done, value: turn } = client.next(answer);
    if (done || !turn || sent.length === most) return sent;
    const response = await over.send(turn.body, { headers: turn.headers });
    assert.equal(response.status, 200, response.body);
    answer = response.message?.content ?? [];
    // A request is recorded shortly after its response.
    await waitUntil(() => over.proxy.recent.list().length > sent.length, 'the record of the request');
    const [record] = over.proxy.recent.list({ limit: 1 });
    const received = over.emulator.requests.at(-1);
    assert.ok(record?.cache && received);
    const possible = possibleOf(turn.kind, before.get(turn.who), model);
    before.set(turn.who, received);
    const { read, causes = [] } = record.cache;
    sent.push({ ...turn, read, possible, causes: describeCauses(causes) });
  }
}

function answerTo(number: number): Script {
  return [
    think(`I think ${number}. `.repeat(20)),
    say(`Step ${number}.`),
    call('Bash', { command: `make ${number}` }),
  ];
}

/** The tokens of an earlier request that may be read again, by what the client has changed since. */
function possibleOf(kind: TurnKind, earlier: ReceivedRequest | undefined, model: Model): number {
  const format = emulatedFormats[model.format];
  if (!earlier || !format || kind === 'first' || kind === 'aside') return 0;
  const parts = format.prompt(earlier.body);
  const systems = model.format === 'messages' ? toArray(earlier.body['system']).length : 1;
  const tools = toolsIn(earlier.body).length;
  const all = kind === 'grown' || (kind === 'loaded' && model.loadsTools === true);
  // Anthropic's client marks the system prompt, but not the tools.
  const alone = model.format === 'messages' ? 0 : tools;
  const shared = parts.slice(0, all ? parts.length : kind === 'compacted' ? tools + systems : alone);
  return Math.floor(shared.reduce((sum, { text }) => sum + text.length, 0) / 4);
}

function toolsIn({ tools }: JsonObject): unknown[] {
  return toArray(tools).flatMap((tool) => {
    const declared = toObject(tool)['functionDeclarations'];
    if (toObject(tool)['defer_loading'] === true) return [];
    return declared === undefined ? [tool] : toArray(declared);
  });
}

/** The causes that each kind of turn must have. */
function expected({ kind }: ClientTurn, loads: string[], model: Model): RegExp {
  switch (kind) {
    case 'first':
    case 'aside':
      return /^first request$/;
    case 'grown':
      return /^$/;
    case 'loaded':
      return model.loadsTools ? /^$/ : new RegExp(`^tools changed: \\+1 at the end \\(${loads.shift()}\\)$`);
    case 'connected':
      return /^tools changed: \+2 at the end \(Jira_create, Jira_search\)$/;
    case 'compacted':
      return /^messages from 1 on replaced, \d+ became [12] \(the client compacted or went back\)$/;
  }
}

for (const model of models) {
  test(`${model.name}: at least 98 % of what could be read is read, and each break is named`, async (t) => {
    const sent = await run(model);
    assert.equal(sent.filter(({ who }) => who === 'main').length, turnsOfMain + 1);
    const loads = ['WebFetch', 'NotebookEdit'];
    let read = 0;
    let possible = 0;
    for (const [at, turn] of sent.entries()) {
      const where = `request ${at + 1} (${turn.who}, ${turn.kind})`;
      assert.match(turn.causes, expected(turn, loads, model), where);
      // Vendors count in steps, so that up to one of them is missing in each request.
      assert.ok(turn.read >= turn.possible * 0.9 - 128, `${where}: ${turn.read} of ${turn.possible}`);
      read += Math.min(turn.read, turn.possible);
      possible += turn.possible;
    }
    t.diagnostic(`${((100 * read) / possible).toFixed(1)} % of ${possible} tokens`);
    assert.ok(read >= 0.98 * possible, `${read} of ${possible}`);
  });
}

const [chat, , messages] = models as [Model, Model, Model, Model];

/** Faults of a client, each in one turn or in all of them, and how they are named. */
const faults: readonly {
  what: string;
  change: (body: MessagesRequest, turn: number) => MessagesRequest;
  said: RegExp;
}[] = [
  {
    what: 'the time in the system text of every request',
    change: (body, turn) =>
      withSystem(body, (text) => `${text.slice(0, 500)} Now: ${turn * 60} s ${text.slice(500)}`),
    // The identity line, of 62 characters, comes first.
    said: /^system text changed between characters (?:512|576) and (?:576|640)$/,
  },
  {
    what: 'another schema of a tool',
    change: (body, turn) =>
      withTool(body, 'Bash', (tool) => (turn < 4 ? tool : { ...tool, input_schema: reversed(tool) })),
    said: /^tool Bash: schema changed$/,
  },
  {
    what: 'a tool that is replaced by another one',
    change: (body, turn) => withTool(body, 'Edit', (tool) => (turn < 4 ? tool : { ...tool, name: 'Patch' })),
    said: /^tools changed: \+1 at place \d+ \(Patch\), −1 \(Edit\)$/,
  },
  {
    what: 'a message that is rewritten',
    change: (body, turn) =>
      turn < 4 || turn > 6
        ? body
        : { ...body, messages: body.messages.with(0, { role: 'user', content: 'Something else.' }) },
    said: /^message 1 rewritten$/,
  },
];

for (const { what, change, said } of faults) {
  for (const model of [chat, messages]) {
    test(`${model.name}: ${what} is named`, async () => {
      const sent = await run(model, change, 6);
      const named = sent.map(({ causes }) => causes).filter((causes) => said.test(causes));
      assert.ok(named.length > 0, JSON.stringify(sent.map(({ causes }) => causes)));
    });
  }
}

function withSystem(body: MessagesRequest, change: (text: string) => string): MessagesRequest {
  const system = Array.isArray(body.system) ? body.system : [];
  const last = system.at(-1);
  return last ? { ...body, system: [...system.slice(0, -1), { ...last, text: change(last.text) }] } : body;
}

function withTool(body: MessagesRequest, name: string, change: (tool: Tool) => Tool): MessagesRequest {
  return { ...body, tools: (body.tools ?? []).map((tool) => (tool.name === name ? change(tool) : tool)) };
}

/** The schema with its properties in the opposite order. */
function reversed(tool: Tool): object {
  const schema = toObject(tool['input_schema']);
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(toObject(schema['properties'])).toReversed()),
  };
}
