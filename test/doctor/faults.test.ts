/** Tests that the right check finds each planted fault, names who is at fault and suggests a working remedy. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { refuse, webPage } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import type { PromptCache } from '../../lib/emulator/prompt/cache.ts';
import { callTogether } from '../../lib/emulator/script.ts';
import { writeRecord } from '../../lib/daemon/record.ts';
import { put, scratchHome } from '../config/scratch.ts';
import { problems, finding, runChecks } from './run-checks.ts';
import { capable, goConfig, startProvider, type ProviderOptions } from './emulated-provider.ts';

const messages = 'opencode-go/minimax-m3';
const chat = 'opencode-go/glm-5.3';

async function live(t: TestContext, options: ProviderOptions = {}, more: object = {}) {
  const home = scratchHome(t);
  const { url } = await startProvider(t, options);
  return { home, findings: await runChecks(t, { home, config: goConfig(url, more), only: 'live' }) };
}

/** Replaces only the first answer to a request with tools. */
const whenToolsOffered = (answer: ProviderOptions['answer']) => (request: ReceivedRequest) =>
  request.conversation.tools.length > 0 && request.conversation.done.length === 0
    ? answer?.(request)
    : undefined;

describe('an address', () => {
  test('that is wrong is a fault of the configuration, and the remedy removes it', async (t) => {
    const { url } = await startProvider(t);
    const { findings } = await live(t, {}, { base_url: `${url}/zen/go/v1/chatter` });
    const found = finding(findings, 'reachable');
    assert.equal(found.level, 'fail');
    assert.equal(found.fault, 'client');
    assert.match(found.summary, /chatter answers with a web page \(404\): there is no API/);
    assert.deepEqual(found.remedy?.commands, ['occ config unset opencode_go.base_url']);
    assert.match(finding(findings, 'key').summary, /^needs reachable$/);
    assert.deepEqual(finding(findings, 'key').skipped, { because: 'need', check: 'reachable' });
    assert.equal(finding(findings, 'eof', chat).level, 'skipped');
  });

  test('where no server listens is reported as a refused connection', async (t) => {
    const { findings } = await live(t, {}, { base_url: 'http://127.0.0.1:1/v1/chat/completions' });
    const found = finding(findings, 'reachable');
    assert.equal(found.level, 'fail');
    assert.match(found.summary, /127\.0\.0\.1:1 refused the connection \(ECONNREFUSED\)/);
  });

  test('that serves only web pages is not an API', async (t) => {
    const site = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
    });
    await new Promise<void>((resolve) => void site.listen(0, '127.0.0.1', resolve));
    t.after(() => site.close());
    const { port } = site.address() as AddressInfo;
    const config = {
      models: { default: { provider: 'mine', model_id: 'some-model' } },
      providers: { mine: { base_url: `http://127.0.0.1:${port}/v1` } },
    };
    const found = finding(await runChecks(t, { config, only: 'live' }), 'reachable');
    assert.equal(found.level, 'fail');
    assert.match(found.summary, /answers with a web page \(200\)/);
    assert.deepEqual(found.remedy?.commands, ['occ config set providers.mine.base_url https://…']);
  });
});

test('a web page instead of a stream is the provider’s fault', async (t) => {
  const { findings } = await live(t, { answer: whenToolsOffered(() => webPage()) });
  const found = finding(findings, 'tool-first', chat);
  assert.equal(found.level, 'fail');
  assert.equal(found.fault, 'provider');
  assert.match(found.summary, /opencode-go sent a web page instead of an answer/);
});

test('a refused key is reported with its place, and the checks that need it are skipped', async (t) => {
  const { findings } = await live(t, {
    answer: () => refuse(401, { type: 'AuthError', message: 'Invalid API key.' }),
  });
  const found = finding(findings, 'key');
  assert.equal(found.level, 'fail');
  assert.equal(found.fault, 'client');
  assert.match(found.summary, /the key was refused: 401 AuthError, Invalid API key/);
  assert.deepEqual(found.remedy?.commands, ['occ config set api_key --stdin']);
  assert.equal(finding(findings, 'model', chat).summary, 'needs key');
  assert.equal(finding(findings, 'tool-loop', messages).summary, 'needs key');
});

test('the remedy for a refused key from the environment sets the variable', async (t) => {
  const { url } = await startProvider(t, { answer: () => refuse(401, { type: 'AuthError', message: 'no' }) });
  const findings = await runChecks(t, {
    config: goConfig(url),
    env: { OPENCODE_API_KEY: 'sk-of-the-environment-123' },
    only: 'live',
  });
  assert.match(finding(findings, 'keys').summary, /the variable OPENCODE_API_KEY/);
  assert.deepEqual(finding(findings, 'key').remedy?.commands, [
    'read -rs OPENCODE_API_KEY && export OPENCODE_API_KEY',
  ]);
});

describe('a model', () => {
  test('that is not served is reported with its place in the configuration', async (t) => {
    const { findings } = await live(t, { models: { 'minimax-m3': ['messages'] } });
    const found = finding(findings, 'model', chat);
    assert.equal(found.level, 'fail');
    assert.match(found.summary, /^not served: 401 ModelError/);
    assert.match(found.remedy?.commands[0] ?? '', /^occ config set models\.default\.model_id \S+$/);
    // The other model answers, so the key is valid.
    assert.equal(finding(findings, 'key').level, 'ok');
    assert.equal(finding(findings, 'eof', messages).level, 'ok');
  });

  test('that was retired is reported with its status 410', async (t) => {
    const { findings } = await live(t, {
      answer: ({ conversation }) =>
        conversation.model === 'glm-5.3'
          ? refuse(410, { type: 'ModelDeprecated', message: 'glm-5.3 was retired' })
          : undefined,
    });
    assert.match(
      finding(findings, 'model', chat).summary,
      /not served: 410 ModelDeprecated: glm-5.3 was retired/,
    );
    assert.equal(finding(findings, 'model', messages).level, 'ok');
  });
});

test('a model without an endpoint is reported, although its provider cannot be reached', async (t) => {
  const config = {
    models: { default: { provider: 'mine', model_id: 'x', wire_format: 'messages' } },
    providers: { mine: { base_url: 'http://127.0.0.1:1/v1', api_key: 'sk-0123456789' } },
  };
  const found = finding(await runChecks(t, { config, only: 'live' }), 'model');
  assert.equal(found.level, 'fail');
  assert.equal(found.fault, 'client');
  assert.match(found.summary, /mine has no endpoint for messages, only for chat/);
});

test('an upstream that cuts off a stream is at fault, and the time is reported', async (t) => {
  const { url } = await startProvider(t, {
    answer: ({ conversation }) =>
      conversation.prompt.startsWith('Write the numbers')
        ? {
            script: capable({ conversation } as ReceivedRequest),
            faults: { betweenEventsMs: 60, breaks: { at: { deltas: 3 }, how: 'hang-up' } },
          }
        : undefined,
  });
  const findings = await runChecks(t, {
    config: goConfig(url),
    codes: ['two-minute'],
    only: 'live',
    long: true,
  });
  for (const subject of [chat, messages]) {
    const found = finding(findings, 'two-minute', subject);
    assert.equal(found.level, 'fail');
    assert.equal(found.fault, 'provider');
    assert.match(found.summary, /^opencode-go broke the connection during its answer, after \d+ ms$/);
  }
});

test('an upstream that does not finish its answer is at fault', async (t) => {
  const { findings } = await live(t, { faults: { omit: ['finish', 'usage', 'end', 'cost'] } });
  for (const subject of [chat, messages]) {
    const found = finding(findings, 'eof', subject);
    assert.equal(found.level, 'fail');
    assert.equal(found.fault, 'provider');
    assert.match(found.summary, /^opencode-go did not finish its answer, after/);
  }
});

test('the share of a repeated prompt that the provider read from its cache, and that it read nothing', async (t) => {
  const { findings } = await live(t);
  for (const subject of [chat, messages])
    assert.match(
      finding(findings, 'cache', subject).summary,
      /^9\d % of the second of two requests was read/,
    );
  const promptCache: PromptCache = { use: () => ({ input: 4000, read: 0, written: 0 }) };
  const without = await live(t, { promptCache });
  const found = finding(without.findings, 'cache', chat);
  assert.equal(found.level, 'skipped');
  assert.match(
    found.summary,
    /^the provider reported no cached tokens for the second of two requests that share 4000 /,
  );
});

test('a missing message_stop is corrected and causes a warning', async (t) => {
  const { findings } = await live(t, { faults: { omit: ['end'] } });
  const found = finding(findings, 'eof', messages);
  assert.equal(found.level, 'warn');
  assert.equal(found.fault, 'provider');
  assert.equal(found.summary, 'opencode-go ends without message_stop');
});

test('a tool call at index 1 is corrected and causes a warning with the provider’s name', async (t) => {
  const { home, findings } = await live(t, { faults: { indexShift: 1 } });
  const found = finding(findings, 'tool-first', messages);
  assert.equal(found.level, 'warn');
  assert.equal(found.fault, 'provider');
  assert.equal(found.summary, 'opencode-go starts a tool call at index 1 instead of 0');
  assert.match(found.detail ?? '', /at index 0, its arguments parse/);
  assert.equal(finding(findings, 'tool-first', chat).level, 'ok');
  const evidence = readFileSync(found.evidence ?? '', 'utf8');
  assert.match(evidence, /=== client and occ ===[^]*"index":0[^]*=== occ and upstream[^]*"index":1/);
  assert.ok(found.evidence?.startsWith(join(home, '.local/state/occ/doctor/tool-first')));
});

test('comments inside events are corrected and cause a warning', async (t) => {
  const { findings } = await live(t, { faults: { comments: { every: 2, inside: true } } });
  const found = finding(findings, 'eof', messages);
  assert.equal(found.level, 'warn');
  assert.equal(found.summary, 'opencode-go puts keep-alives inside events');
});

test('keep-alives that split the data of events are the provider’s fault', async (t) => {
  const { findings } = await live(t, { faults: { comments: { every: 5, inside: 'data' } } });
  for (const subject of [chat, messages]) {
    const found = finding(findings, 'eof', subject);
    assert.equal(found.level, 'fail');
    assert.equal(found.fault, 'provider');
    assert.equal(found.summary, 'opencode-go splits its events with keep-alives');
  }
});

test('broken arguments are the provider’s fault', async (t) => {
  const { findings } = await live(t, {
    answer: whenToolsOffered(() => [
      callTogether({ name: 'get_weather', input: {}, rawArguments: '{"city": "Par' }),
    ]),
  });
  for (const subject of [chat, messages]) {
    const found = finding(findings, 'tool-first', subject);
    assert.equal(found.level, 'fail');
    assert.equal(found.fault, 'provider');
    assert.match(found.summary, /^opencode-go sent tool call arguments that are not a JSON object/);
  }
});

test('a model that does not do what the check judges is no fault of occ or the provider', async (t) => {
  const { findings } = await live(t, {
    answer: whenToolsOffered(() => [{ type: 'text', text: 'I would rather talk about it.' }]),
  });
  const found = finding(findings, 'parallel-tools', chat);
  assert.equal(found.level, 'skipped');
  assert.deepEqual(found.skipped, { because: 'not_observed' });
  assert.equal(found.summary, 'the model made 0 calls: the answer was text (end_turn)');
  assert.ok(problems(findings).every((line) => line.startsWith('skipped')));
});

test('a settings.json with its own address is reported, with a way around it', async (t) => {
  const home = scratchHome(t);
  put(join(home, '.claude/settings.json'), { env: { ANTHROPIC_BASE_URL: 'https://elsewhere.example' } });
  const found = finding(await runChecks(t, { home, codes: ['conflicts'] }), 'conflicts');
  assert.equal(found.level, 'warn');
  assert.equal(found.fault, 'client');
  assert.match(found.summary, /^~\/\.claude\/settings\.json sets ANTHROPIC_BASE_URL$/);
  assert.match(found.remedy?.text ?? '', /occ launch, or remove ANTHROPIC_BASE_URL/);
});

test('streaming_timeout_ms is reported by its path, and cuts off the long stream', async (t) => {
  const config = {
    opencode_go: { streaming_timeout_ms: 1200 },
    models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } },
  };
  const findings = await runChecks(t, { config, codes: ['timeouts', 'two-minute'], only: 'offline' });
  const cut = finding(findings, 'two-minute');
  assert.equal(cut.level, 'fail');
  assert.equal(cut.fault, 'client');
  assert.match(cut.summary, /no whole answer within 1\.2 s \(streaming_timeout_ms\)/);
  const found = finding(findings, 'timeouts');
  assert.equal(found.level, 'fail');
  assert.match(found.summary, /^opencode_go\.streaming_timeout_ms cuts off every answer after 1\.2 s$/);
  for (const { remedy } of [cut, found])
    assert.deepEqual(remedy?.commands, ['occ config unset opencode_go.streaming_timeout_ms']);
});

test('a stale record is reported with the command that removes it', async (t) => {
  const home = scratchHome(t);
  writeRecord([join(home, '.local/state/occ')], {
    instance: 'gone',
    pid: 2 ** 22 - 1,
    url: 'http://127.0.0.1:9',
    host: '127.0.0.1',
    port: 9,
    version: '0.0.0',
    started_at: '2026-01-01T00:00:00Z',
    control: 'x',
    program: 'occ',
    options: {},
    log: '/nowhere',
  });
  const found = finding(await runChecks(t, { home, codes: ['record'] }), 'record');
  assert.equal(found.level, 'warn');
  assert.match(found.summary, /names pid 4194303, which has ended/);
  assert.deepEqual(found.remedy?.commands, ['occ stop']);
});

test('evidence contains no key and is private', async (t) => {
  const { home, findings } = await live(t, {
    answer: () => refuse(400, { message: 'bad key sk-test-0123456789abcdef' }),
  });
  const files = findings.flatMap(({ evidence }) => evidence ?? []);
  assert.ok(files.length > 0);
  for (const file of files) {
    assert.ok(existsSync(file));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(file, 'utf8'), /0123456789abcdef/);
  }
  assert.equal(statSync(join(home, '.local/state/occ/doctor')).mode & 0o777, 0o700);
  assert.doesNotMatch(JSON.stringify(findings), /0123456789abcdef/);
});
