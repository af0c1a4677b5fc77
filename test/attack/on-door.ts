/** Who may ask: hosts, origins and tokens that are not ours. */
import { open, refused, type Attack, type Seen, type Target } from './attack.ts';
import { asText, ours, say, statuses, token, type Request } from './dial.ts';

/** Refused with this status, and nothing is said that a web page may read. */
async function turnedAway({ port }: Target, request: Request, expected: readonly number[]): Promise<Seen> {
  const { text } = await say(port, asText(request));
  const [status = 0] = statuses(text);
  if (/^access-control-/im.test(text)) return open(`${status} with a header that lets pages read it`);
  const says = status === 0 ? 'closed' : String(status);
  return expected.includes(status) ? refused(says) : open(says);
}

const withHost = (host: string, more: readonly string[] = []): Request => ({
  headers: [`host: ${host}`, `x-api-key: ${token}`, ...more],
});

const hosts = [
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example:80',
  '127.0.0.1.nip.io',
  'localhost@evil.example',
  'evil.example#localhost',
  '[::ffff:8.8.8.8]',
  '0.0.0.0.evil.example',
  'xn--lcalhost-54a',
  '',
];

const origins = [
  'http://evil.example',
  'https://localhost',
  'http://localhost:1',
  'null',
  'file://',
  'chrome-extension://abcdefghijklmnop',
  'http://localhost.evil.example',
];

const post = (path: string, headers: readonly string[]): Request => ({
  method: 'POST',
  path,
  headers,
  body: '{"model":"chat/polite","messages":[{"role":"user","content":"x"}]}',
});

const wrongTokens: Record<string, readonly string[]> = {
  'no token': [],
  'a token without its last character': [`x-api-key: ${token.slice(0, -1)}`],
  'a token with one more': [`x-api-key: ${token}0`],
  'a token in capitals': [`x-api-key: ${token.toUpperCase()}`],
  'the token as a password': [`authorization: Basic ${Buffer.from(`:${token}`).toString('base64')}`],
  'the token in a cookie': [`cookie: token=${token}`],
  'a token of 14 KB': [`x-api-key: ${'a'.repeat(14_000)}`],
  'the name of the object prototype': ['x-api-key: __proto__'],
};

/** All requests in one attack: they differ in a name only. */
function each<T>(all: readonly T[], one: (given: T) => Promise<Seen>): Promise<Seen> {
  return Promise.all(all.map(one)).then((seen) => {
    const bad = seen.findIndex(({ end }) => end === 'open');
    if (bad >= 0) return open(`${JSON.stringify(all[bad])}: ${seen[bad]?.says}`);
    return refused([...new Set(seen.map(({ says }) => says))].sort().join(', '));
  });
}

const attack = (name: string, run: Attack['run'], more: Partial<Attack> = {}): Attack => ({
  group: 'who may ask',
  name,
  run,
  ...more,
});

export const onDoor: readonly Attack[] = [
  attack(`${hosts.length} foreign Host headers`, (target) =>
    each(hosts, (host) => turnedAway(target, withHost(host), [400, 403])),
  ),
  attack('DNS rebinding: Host and Origin of the page agree', (target) =>
    turnedAway(target, withHost('evil.example', ['origin: http://evil.example']), [403]),
  ),
  attack(`${origins.length} foreign Origin headers`, (target) =>
    each(origins, (origin) =>
      turnedAway(
        target,
        post('/v1/messages', [...ours, `origin: ${origin}`, 'content-type: text/plain']),
        [403],
      ),
    ),
  ),
  attack('the question of a browser before a request (CORS)', (target) =>
    turnedAway(
      target,
      {
        ...withHost('localhost', ['origin: http://evil.example', 'access-control-request-method: POST']),
        method: 'OPTIONS',
        path: '/v1/messages',
      },
      [403],
    ),
  ),
  attack('a page loads /health as a script', (target) =>
    turnedAway(
      target,
      {
        path: '/health',
        headers: ['host: localhost', 'sec-fetch-site: cross-site', 'sec-fetch-mode: no-cors'],
      },
      [403],
    ),
  ),
  attack('another host in the request line', ({ port }) =>
    each(['http://evil.example/v1/models', '//evil.example/v1/models', 'evil.example:443'], async (path) => {
      const { text } = await say(port, asText({ path, headers: ours }));
      const [status = 0] = statuses(text);
      return status >= 400 ? refused(String(status)) : open(String(status));
    }),
  ),
  attack('CONNECT, and a change of the protocol', async ({ port }) => {
    const connecting = await say(
      port,
      asText({ method: 'CONNECT', path: 'evil.example:443', headers: ours }),
    );
    const changing = await say(
      port,
      asText({ headers: ['host: localhost', 'upgrade: websocket', 'connection: upgrade'] }),
    );
    const got = [connecting, changing].flatMap(({ text }) => statuses(text));
    return got.some((status) => status < 400) ? open(got.join(', ')) : refused(got.join(', ') || 'closed');
  }),
  attack(`${Object.keys(wrongTokens).length} wrong tokens`, (target) =>
    each(Object.values(wrongTokens), (headers) =>
      turnedAway(target, post('/v1/messages', ['host: localhost', ...headers]), [401]),
    ),
  ),
  attack('the control endpoints with the token of a client', (target) =>
    each(['/occ/status', '/occ/stop', '/occ/../occ/status', '/OCC/status'], (path) =>
      turnedAway(target, { method: 'POST', path, headers: ours, body: '{}' }, [401, 404, 405]),
    ),
  ),
];
