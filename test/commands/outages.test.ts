/** What a launch says about failed requests, and how wide the pages about them are. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import type { LaunchArguments } from '../../lib/clients/arguments.ts';
import { ofOneSession } from '../../lib/commands/launch/attached.ts';
import { outages } from '../../lib/commands/launch/outages.ts';
import { findKnown } from '../../lib/config/file/known.ts';
import { renderEntry } from '../../lib/commands/logs/page.ts';
import { toTime } from '../../lib/commands/logs/logs.ts';
import { renderStatus } from '../../lib/commands/status/page.ts';
import { renderLaunches } from '../../lib/commands/status/launches.ts';
import { renderWhy } from '../../lib/commands/why/page.ts';
import { explain } from '../../lib/commands/why/explain.ts';
import type { LoggedEntry } from '../../lib/log/read-log.ts';
import { arrived, type AttemptRecord, type EndedRequest } from '../../lib/proxy/recent.ts';
import type { Waiting } from '../../lib/proxy/waiting.ts';
import { loadStyle } from '../../lib/terminal/style.ts';

const plain = await loadStyle(0);

const refusedKey: AttemptRecord = {
  model: 'opencode-go/kimi-k3',
  format: 'chat',
  outcome: 'refused',
  ms: 120,
  class: 'credentials',
  upstreamStatus: 401,
  words: 'Invalid API key',
};

function record(more: Partial<EndedRequest> = {}): EndedRequest {
  return {
    ...arrived('req_0123456789abcdef01234567', '2026-11-29T10:00:00.000Z'),
    model: 'occ-sonnet',
    ending: 'refused',
    attempts: [refusedKey],
    error: {
      status: 424,
      type: 'authentication_error',
      message: 'opencode-go/kimi-k3 answered 401: Invalid API key',
      class: 'credentials',
      permanent: true,
      next: 'occ doctor key',
    },
    ...more,
  };
}

const answered = record({ ending: 'answered', attempts: [] });

/** The lines that a launch prints at once, and its last ones. */
function lines(
  records: readonly EndedRequest[],
  args: Partial<LaunchArguments> = {},
  terminals: { stdin?: boolean; stdout?: boolean } = { stdin: true, stdout: true },
) {
  const stream = (isTTY = false) => Object.assign(new PassThrough(), { isTTY });
  const system = {
    env: {},
    home: '/',
    cwd: '/',
    platform: process.platform,
    stdin: stream(terminals.stdin),
    stdout: stream(terminals.stdout),
    stderr: stream(true),
  };
  const printed: string[] = [];
  const all = { client: 'claude', forClient: [], ...args } as unknown as LaunchArguments;
  const watched = outages(all, system, (line) => printed.push(line));
  for (const one of records) watched.ended(one);
  return { printed, ...watched.closing(plain) };
}

describe('the first failure of an outage', () => {
  const line = 'kimi-k3 failed (401, key refused); Claude Code does not retry; occ why 01234567';
  const ofProgram = 'kimi-k3 failed (401, key refused); occ why 01234567';

  test('is reported once, and again after an answer', () => {
    const print = { forClient: ['-p', 'hi'] };
    assert.deepEqual(lines([record(), record(), record()], print).printed, [line]);
    assert.deepEqual(lines([record(), answered, record()], print).printed, [line, line]);
    const other = record({ model: 'occ-haiku' });
    assert.deepEqual(
      lines([record(), other, other], print).printed,
      [line, line],
      'for each requested model',
    );
  });

  test('is never reported where the client has the screen', () => {
    assert.deepEqual(lines([record()]).printed, []);
    assert.deepEqual(lines([record()], { forClient: ['fix the -p option'] }).printed, []);
  });

  for (const [where, args, terminals] of [
    ['with --print', { forClient: ['hi', '--print'] }, {}],
    ['if stdout is no terminal', {}, { stdin: true }],
    ['if stdin is no terminal', {}, { stdout: true }],
    [
      'for another program',
      { client: 'exec', forClient: ['node', 'agent.js'] },
      { stdin: true, stdout: true },
    ],
  ] as const)
    test(`is reported ${where}`, () => {
      const forClient = [...((args as { forClient?: readonly string[] }).forClient ?? [])];
      const expected = 'client' in args ? ofProgram : line;
      assert.deepEqual(lines([record()], { ...args, forClient }, terminals).printed, [expected]);
    });

  test('says that Claude Code tries again, if it does', () => {
    const transient = record({
      error: { status: 503, type: 'overloaded_error', message: 'm', class: 'transient', permanent: false },
    });
    const print = { forClient: ['-p', 'hi'] };
    assert.match(
      lines([transient], print).printed[0] ?? '',
      /; Claude Code retries for some minutes; occ why 01234567$/,
    );
    const program = { client: 'exec', forClient: ['node'] } as const;
    assert.doesNotMatch(
      lines([transient], { ...program, forClient: ['node'] }).printed[0] ?? '',
      /Claude Code/,
    );
  });

  test('is not reported for an error that the client acts on', () => {
    const print = { forClient: ['-p', 'hi'] };
    const tooLong = {
      status: 400,
      type: 'invalid_request_error',
      message: 'prompt is too long',
      permanent: false,
    };
    assert.deepEqual(lines([record({ error: tooLong })], print).printed, []);
    assert.deepEqual(lines([record({ error: { ...tooLong, class: 'client' } })], print).printed, []);
    const thinking = { ...tooLong, class: 'client', message: 'thinking.display: unknown field' } as const;
    assert.deepEqual(lines([record({ error: thinking })], print).printed, []);
  });

  test('of a request that the provider refused as invalid names the provider', () => {
    const attempts = [{ ...refusedKey, class: 'client', upstreamStatus: 400, words: 'bad tool' } as const];
    const error = {
      status: 400,
      type: 'invalid_request_error',
      message: 'bad tool',
      class: 'client',
      permanent: false,
    } as const;
    assert.deepEqual(lines([record({ attempts, error })], { forClient: ['-p', 'hi'] }).printed, [
      'opencode-go/kimi-k3 failed (400, invalid request); Claude Code does not retry; occ why 01234567',
    ]);
    const told = { request: record({ attempts, error }), source: 'memory', from: 'the launch' } as const;
    assert.match(explain(told).result, /^opencode-go\/kimi-k3 refused the request itself, .* 400 /);
  });
});

describe('a wait for a silent model', () => {
  function said(
    args: Partial<LaunchArguments>,
    waits: readonly Partial<Waiting>[],
    terminal = false,
  ): string[] {
    const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });
    const [stdin, stdout, stderr] = [stream(terminal), stream(terminal), stream(true)];
    const system = { env: {}, home: '/', cwd: '/', platform: process.platform, stdin, stdout, stderr };
    const printed: string[] = [];
    const all = { client: 'claude', forClient: [], ...args } as unknown as LaunchArguments;
    const watched = outages(all, system, (line) => printed.push(line));
    for (const one of waits)
      watched.waiting({
        record: record(),
        model: 'opencode-go/glm-5',
        ms: 20_000,
        limit: { setting: 'timeout_ms', ms: 300_000 },
        ...one,
      });
    return printed;
  }
  const line =
    'still waiting for opencode-go/glm-5 (20 s); the limit is 300 s: occ config set opencode_go.timeout_ms 60s';

  test('is reported once for each request, with the limit and the command that changes it', () => {
    const other = { record: record({ id: 'req_ffffffffffffffffffffffff' }) };
    assert.deepEqual(said({}, [{}, { ms: 40_000 }, other]), [line, line]);
  });

  test('is not reported where the client has the screen', () => {
    assert.deepEqual(said({}, [{}], true), []);
    assert.deepEqual(said({ forClient: ['-p', 'hi'] }, [{}], true), [line]);
  });

  test('names the setting of the provider in its configuration, or the limit of the client', () => {
    const [emulated] = said({}, [{ model: 'emulator/a' }]);
    assert.match(emulated ?? '', /; the limit is 300 s$/);
    for (const [, key = ''] of [line, ...said({}, [{ model: 'lab/m' }])].map(
      (text) => /set (\S+)/.exec(text) ?? [],
    ))
      assert.equal(findKnown(key).kind, 'known', key);
    const [first, own] = said({}, [
      {
        model: 'lab/m',
        limit: { setting: 'first_event_timeout_ms', ms: 90_000 },
        record: record({ config: '/my c.json' }),
      },
      { limit: { setting: 'client', ms: 45_000 }, record: record({ id: 'req_2' }) },
    ]);
    assert.match(
      first ?? '',
      /the limit is 90 s: occ config set providers\.lab\.first_event_timeout_ms 60s --config '\/my c\.json'$/,
    );
    assert.match(own ?? '', /\(20 s\); the limit of the client is 45 s$/);
  });
});

test('at its end a launch names the last failure and the command that resumes the session', () => {
  const session = '4025fd26-b3a7-4e18-9c50-a7e275706ded';
  const passedOver = record({
    id: 'req_ffffffffffffffffffffffff',
    attempts: [],
    passedOver: [{ model: 'opencode-go/kimi-k3', kind: 'breaker', reason: 'it failed 5 times in a row' }],
  });
  const ended = lines([record({ session }), record({ session: 'of-an-agent', agent: 'a' }), passedOver], {
    model: 'my model',
    emulator: true,
  });
  assert.deepEqual(ended, {
    printed: [],
    failure: 'last failure: kimi-k3 failed (401, key refused); occ why 01234567',
    resume: `resume: occ launch -m 'my model' --emulator -- --resume ${session}`,
  });
  assert.deepEqual(lines([record({ session, ending: 'answered' })], { forClient: ['-p', 'hi'] }), {
    printed: [],
  });
  const said = lines([record({ session })], { forClient: ['-p', 'hi'] });
  assert.equal(said.failure, undefined, 'it was said at once');
});

test('with --attach the failures are those of the one session since the start', () => {
  const at = (id: string, time: string, session?: string): EndedRequest =>
    record({ id, at: `2026-11-29T${time}.000Z`, ...(session !== undefined && { session }) });
  const [before, first, second, other] = [
    at('req_1', '09:59:59', 'x'),
    at('req_2', '10:00:00', 'mine'),
    at('req_3', '10:00:01', 'mine'),
    at('req_4', '10:00:02', 'x'),
  ];
  const since = '2026-11-29T10:00:00.000Z';
  assert.deepEqual(ofOneSession([second, before, first, second], since), [first, second]);
  assert.deepEqual(ofOneSession([second, other, first], since), [], 'another client has used the proxy');
  assert.deepEqual(ofOneSession([before], since), []);
});

test('the next step of an error is printed once, with its purpose', () => {
  const nextOf = (next: string, failure?: AttemptRecord['class'], config?: string) => {
    const error = { status: 424, type: 'api_error', message: 'm', permanent: true, next };
    const request = record({
      error: { ...error, ...(failure !== undefined && { class: failure }) },
      ...(config !== undefined && { config }),
    });
    return explain({ request, source: 'memory', from: 'the launch' }).next.slice(0, -1);
  };
  assert.deepEqual(nextOf('occ config edit'), [['occ config edit', 'open the configuration and correct it']]);
  const refresh = 'see the models that the provider serves now';
  assert.deepEqual(nextOf('occ models', 'gone'), [['occ models --refresh', refresh]]);
  assert.deepEqual(nextOf('occ models --config /c.json', 'gone', '/c.json'), [
    ['occ models --refresh --config /c.json', refresh],
  ]);
  const [address] = nextOf('occ config set providers.p.base_url http://p/v1', 'gone');
  assert.equal(address?.[1], 'correct the configuration');
});

test('the pages fit into 40 columns', () => {
  const request = record({
    passedOver: [
      { model: 'openrouter/deepseek-v4', kind: 'breaker', reason: 'it has failed several times in a row' },
    ],
  });
  const told = { request, source: 'memory', from: 'the launch of claude in ~/project (pid 4711)' } as const;
  const entry = (more: Record<string, unknown> & { event: string }): LoggedEntry => ({
    time: '2026-11-29T10:00:00Z',
    pid: 1,
    level: 'warn',
    request: request.id,
    ...more,
  });
  const last_error = {
    at: request.at,
    request: request.id,
    ending: 'refused',
    ...request.error,
  };
  const status = {
    url: 'http://127.0.0.1:3456',
    pid: 4711,
    uptime_s: 99_999,
    log: '/a.log',
    last_error,
    models: [],
  };
  const launch = { ...status, client: 'claude', cwd: '/home/me/project', requests: 9, failures: 3 };
  const pages = {
    why: renderWhy(told, explain(told), plain, 40),
    logs: [
      ...renderEntry(entry({ event: 'attempt', ...refusedKey }), plain, 40),
      ...renderEntry(
        entry({ event: 'refused', status: 424, type: 'authentication_error', next: 'occ doctor key' }),
        plain,
        40,
      ),
      ...renderEntry(
        entry({ event: 'note', text: 'of this there is much to be said '.repeat(9) }),
        plain,
        60,
      ),
    ],
    status: renderStatus(status, '/home/me', plain, 40),
    launches: renderLaunches([launch], '/home/me', plain, 40),
  };
  for (const [page, all] of Object.entries(pages))
    for (const line of all) assert.ok(line.length <= (page === 'logs' ? 60 : 40), `${page}: ${line}`);
  assert.deepEqual(
    renderEntry(entry({ event: 'note', text: 'a '.repeat(60) }), plain, undefined).length,
    1,
    'in a pipe',
  );
});

test('--since takes a duration, a time of today, or a date', () => {
  const now = new Date(2026, 10, 29, 12, 0, 0);
  assert.equal(toTime('10m', now), now.getTime() - 600_000);
  assert.equal(toTime('2h', now), now.getTime() - 7_200_000);
  assert.equal(toTime('9:30', now), new Date(2026, 10, 29, 9, 30).getTime());
  assert.equal(toTime('2026-11-29T10:00:00Z', now), Date.UTC(2026, 10, 29, 10));
  for (const wrong of ['', 'yesterday', '10', '25:00', '10 m', '-5m'])
    assert.throws(() => toTime(wrong, now), /expected/);
});
