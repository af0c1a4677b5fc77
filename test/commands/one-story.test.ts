/**
 * One outage as a person meets it: the client's error, `occ status`, `occ why` while the proxy runs and after it, `occ logs`
 * and the line of a launch. All of them must name the same models, statuses, reasons, request and next step, and the words of
 * the upstream must be absent wherever only the log is left.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import type { LaunchArguments } from '../../lib/clients/arguments.ts';
import { outages } from '../../lib/commands/launch/outages.ts';
import { renderEntry } from '../../lib/commands/logs/page.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { logStories } from '../../lib/commands/why/from-log.ts';
import { renderWhy } from '../../lib/commands/why/page.ts';
import { explain } from '../../lib/commands/why/explain.ts';
import type { Explained } from '../../lib/commands/why/explained.ts';
import { failing, refuse, webPage, type Answer } from '../../lib/emulator/answer.ts';
import { say, type Script } from '../../lib/emulator/script.ts';
import type { JsonObject } from '../../lib/json.ts';
import { parseLogLine, type LoggedEntry } from '../../lib/log/read-log.ts';
import type { EndedRequest } from '../../lib/proxy/recent.ts';
import { shortId } from '../../lib/terminal/figures.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { modelOf, proxyOver, requestBody, waitUntil, type ProxyUnderTest } from '../support/proxy.ts';
import { statusOf } from './status-of.ts';

const plain = await loadStyle(0);
/** What no log may repeat. */
const words = 'the words of the upstream';

interface Outage {
  answers: readonly (Answer | Script)[];
  /** The models of the plan; two of the emulator's providers unless given. */
  models?: Parameters<typeof modelOf>[];
  provider?: { endpoints: { chat: string } };
  /** What each place says about each failure while the proxy runs. */
  says: readonly string[];
  /** What the places say that have only the log. */
  logged: readonly string[];
  status: number;
  next: RegExp;
  retried: boolean;
}

const closed = await closedPort();
const lost = await startLost();
after(() => lost.close());
const outagesByName: Record<string, Outage> = {
  'a rate limit everywhere': {
    answers: [refuse(429, { message: words }), refuse(429, { message: words })],
    says: [`emulator/first: 429 ${words}`, `other/second: 429 ${words}`],
    logged: ['emulator/first: 429 too many requests', 'other/second: 429 too many requests'],
    status: 429,
    next: /^occ why req_\w+$/,
    retried: true,
  },
  'a refused key': {
    answers: [refuse(401, { message: words })],
    models: [['first']],
    says: [`emulator/first answered 401: ${words}`],
    logged: ['emulator/first answered 401: it refused the key'],
    status: 424,
    next: /^occ doctor key$/,
    retried: false,
  },
  'an HTML page': {
    answers: [webPage()],
    models: [['first']],
    says: ['emulator/first failed: the upstream sent an HTML page'],
    logged: ['emulator/first failed: the answer was no valid answer of this wire format'],
    status: 502,
    next: /^occ doctor$/,
    retried: true,
  },
  'a cut stream': {
    answers: [failing([say('half of it'), say(words)], { breaks: { at: { deltas: 1 }, how: 'cut' } })],
    says: ['emulator/first broke off its answer: the upstream ended its answer without finishing it'],
    logged: ['emulator/first broke off its answer: the answer was cut off'],
    status: 200,
    next: /^occ why req_\w+$/,
    retried: true,
  },
  'an address without a version': {
    answers: [],
    models: [['second', { provider: 'other' }]],
    provider: { endpoints: { chat: `${lost.url}/chat/completions` } },
    says: [
      'other/second answered 404: 404 page not found; is a version such as /v1 missing at the end of base_url?',
    ],
    logged: [
      'other/second answered 404: there is no such endpoint at this address; is a version such as /v1 missing',
    ],
    status: 424,
    next: new RegExp(`^occ config set providers\\.other\\.base_url ${lost.url}/v1$`),
    retried: false,
  },
  'nobody listening': {
    answers: [],
    models: [['first']],
    provider: { endpoints: { chat: `http://127.0.0.1:${closed}/v1/chat/completions` } },
    says: [
      `emulator/first failed: 127.0.0.1:${closed} refused the connection (ECONNREFUSED): the server is not running`,
    ],
    logged: ['emulator/first failed: the server is not running'],
    status: 424,
    next: /^occ doctor$/,
    retried: false,
  },
};

for (const [name, outage] of Object.entries(outagesByName)) {
  test(`the story of ${name} is the same everywhere`, async () => {
    const { answers, models, provider } = outage;
    await using over = await proxyOver({
      answers,
      ...(models && { models: models.map((one) => modelOf(...one)) }),
      ...(provider && { provider }),
    });
    const response = await over.send(requestBody({ model: 'claude-sonnet-5' }));
    await waitUntil(() => over.proxy.recent.list().length > 0, 'the record');
    const [record] = over.proxy.recent.list();
    assert(record?.error);
    const { id, error } = record;
    const next = error.next ?? '';
    assert.equal(response.status, outage.status);
    assert.match(next, outage.next);

    const client = response.error?.message ?? '';
    const status = await statusOf(over);
    const remembered = why({ request: record, source: 'memory', from: 'the proxy' });
    const fromLog = why({ request: fromLogOf(over), source: 'log', from: 'the log' });
    const logs = linesOf(over)
      .flatMap((entry) => renderEntry(entry, plain, undefined))
      .join('\n');
    const line = firstLine(record);

    // The request and the next step.
    for (const [place, text] of Object.entries({ client, remembered, fromLog, page: page(status) })) {
      assert.ok(text.includes(place === 'page' ? shortId(id) : id), `${place} names the request: ${text}`);
      // occ why is the next step where the other places send to it.
      const isWhy = place === 'remembered' || place === 'fromLog';
      const named = place === 'page' ? next.replace(id, shortId(id)) : next;
      const has = (isWhy && next.startsWith('occ why')) || text.includes(named);
      assert.ok(has, `${place} names the next step: ${text}`);
    }
    assert.ok(line.endsWith(`; occ why ${shortId(id).replace('req_', '')}`), line);
    assert.ok(logs.includes(id.slice('req_'.length, 10)) && logs.includes(next), logs);
    const last = status['last_error'] as JsonObject;
    assert.deepEqual([last['request'], last['next'], last['class']], [id, next, error.class]);

    // Who failed, and why.
    for (const said of outage.says)
      for (const [place, text] of Object.entries({ client, page: page(status) }))
        assert.ok(text.includes(said), `${place} says “${said}”: ${text}`);
    for (const [i, said] of outage.says.entries()) {
      const [who = '', reason = ''] = split(said);
      const [, own = ''] = split(outage.logged[i] ?? '');
      assert.ok(remembered.includes(who), `why names ${who}: ${remembered}`);
      assert.ok(remembered.includes(reason), `why says “${reason}”: ${remembered}`);
      const [, modelId = ''] = who.split('/');
      assert.ok(
        line.includes(modelId) && !line.includes(reason),
        `the line names ${modelId} shortly: ${line}`,
      );
      for (const [place, text] of Object.entries({ fromLog, logs })) {
        assert.ok(text.includes(who), `${place} names ${who}: ${text}`);
        assert.ok(text.includes(own), `${place} says “${own}”: ${text}`);
      }
    }
    // The status that the client received, and whether it tries again.
    assert.ok(remembered.includes(error.type) && fromLog.includes(error.type));
    for (const text of [remembered, fromLog])
      assert.equal(/tries again by itself|asks again by itself/.test(text), outage.retried, text);
    assert.equal(/Claude Code retries|Claude Code asks again/.test(line), outage.retried, line);
    assert.ok(line.length <= 120, line);
    // Nothing is said twice to the client.
    for (const said of outage.says) assert.equal(client.split(said).length, 2, client);

    for (const text of [JSON.stringify(over.log), fromLog, logs]) assert.ok(!text.includes(words), text);
  });
}

/** `emulator/first` and what is said about it, in either form. */
function split(said: string): string[] {
  const [, who = '', reason = ''] =
    /^(\S+?):? (?:answered \d+: |failed: |broke off its answer: |\d+ )(.*)$/.exec(said) ?? [];
  return [who, reason];
}

function why(told: Explained): string {
  // Without the line ends of a terminal's width.
  return renderWhy(told, explain(told), plain, undefined).join(' ').replace(/\s+/g, ' ');
}

/** The lines of the log as they would be read from the file. */
function linesOf({ log }: ProxyUnderTest): LoggedEntry[] {
  return log.map((entry, i) => {
    const time = new Date(Date.UTC(2026, 10, 29, 10, 0, i)).toISOString();
    const parsed = parseLogLine(JSON.stringify({ time, pid: 1, ...entry }));
    assert(parsed);
    return parsed;
  });
}

/** Answers every request with a 404 in plain text, as a server without this path does. */
async function startLost(): Promise<{ url: string; close: () => void }> {
  const server = createHttpServer((_, res) => void res.writeHead(404).end('404 page not found'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

function fromLogOf(over: ProxyUnderTest): ReturnType<ReturnType<typeof logStories>['failures']>[number] {
  const stories = logStories();
  for (const entry of linesOf(over)) stories.add(entry);
  return stories.failures()[0] ?? assert.fail('no failure in the log');
}

function page(status: JsonObject): string {
  return renderStatus(status, '/home/me', plain).join('\n');
}

/** What a launch without a terminal prints. */
function firstLine(record: EndedRequest): string {
  const args = { client: 'claude', forClient: ['-p', 'hi'] } as unknown as LaunchArguments;
  const stream = new PassThrough();
  const system = {
    env: {},
    home: '/',
    cwd: '/',
    platform: process.platform,
    stdin: stream,
    stdout: stream,
    stderr: stream,
  };
  const lines: string[] = [];
  const watched = outages(args, system, (line) => lines.push(line));
  watched.ended(record);
  watched.ended(record);
  assert.equal(lines.length, 1, 'once for an outage');
  return lines[0] ?? '';
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
