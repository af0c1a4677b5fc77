/** Too much of something: headers, bodies, connections, nesting. */
import * as zlib from 'node:zlib';
import { bounded, open, refused, type Attack, type Seen } from './attack.ts';
import { asText, ask, converse, dial, ours, say, statuses, token, within, type Line } from './dial.ts';

const mb = 2 ** 20;
const attack = (name: string, run: Attack['run'], more: Partial<Attack> = {}): Attack => ({
  group: 'too much',
  name,
  run,
  ...more,
});

const statusOf = (text: string, expected: readonly number[]): Seen => {
  const [status = 0] = statuses(text);
  return expected.includes(status) ? refused(String(status)) : open(String(status));
};

/** Sends `piece` until the proxy closes the connection, at most `most` bytes. */
async function pour(line: Line, piece: Buffer, most: number): Promise<void> {
  const { socket, closed } = line;
  for (let sent = 0; sent < most && !closed(); sent += piece.length)
    if (!socket.write(piece)) await within(5000, () => closed() || socket.writableLength === 0);
}

const messageHead = (...headers: string[]): string =>
  `POST /v1/messages HTTP/1.1\r\n${[...ours, ...headers].join('\r\n')}\r\n\r\n`;

const bodyOf = (content: string): string =>
  `{"model":"chat/polite","max_tokens":9,"messages":[{"role":"user","content":${content}}]}`;

export const onLimits: readonly Attack[] = [
  attack('a header of 32 MB', async ({ port }) => {
    const line = await dial(port);
    line.socket.write('GET /v1/models HTTP/1.1\r\nx: ');
    await pour(line, Buffer.alloc(mb, 'x'), 32 * mb);
    await within(2000, line.closed);
    line.socket.destroy();
    return line.closed() ? statusOf(line.text(), [0, 431]) : open('it is still read');
  }),
  attack('100,000 headers', async ({ port }) => {
    const { text } = await say(
      port,
      asText({ headers: [...ours, ...Array.from({ length: 100_000 }, (_, at) => `x${at}: y`)] }),
    );
    return statusOf(text, [0, 431]);
  }),
  attack('a path of 1 MB', async ({ port }) => {
    const { text } = await say(port, asText({ path: `/${'x'.repeat(mb)}`, headers: ours }));
    return statusOf(text, [0, 431, 414, 404]);
  }),
  attack('a body of 1 TB, as declared', async ({ port }) => {
    const line = await dial(port);
    line.socket.write(messageHead(`content-length: ${2 ** 40}`));
    await within(3000, () => statuses(line.text()).length > 0);
    line.socket.destroy();
    return statusOf(line.text(), [413]);
  }),
  attack(
    'a body without end, in chunks',
    async ({ port }) => {
      const line = await dial(port);
      line.socket.write(messageHead('transfer-encoding: chunked'));
      const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mb, 'x'), Buffer.from('\r\n')]);
      await pour(line, chunk, 600 * mb);
      await within(2000, line.closed);
      line.socket.destroy();
      return line.closed() ? refused(statuses(line.text()).join(', ') || 'closed') : open('it is still read');
    },
    { memoryMb: 400, heavy: true },
  ),
  attack('40 bodies of 25 MB without the token', async ({ port }) => {
    const piece = Buffer.alloc(mb, 'x');
    const seen = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const line = await dial(port);
        line.socket.write(messageHead(`content-length: ${25 * mb}`).replace(token, 'wrong'));
        await pour(line, piece, 25 * mb);
        await within(3000, () => statuses(line.text()).length > 0);
        line.socket.destroy();
        return statuses(line.text())[0] ?? 0;
      }),
    );
    return seen.every((status) => status === 401)
      ? refused('401, and dropped as it comes')
      : open(seen.join(' '));
  }),
  attack(
    'a body that decompresses to 512 MB',
    async ({ port }) => {
      const body = zlib.gzipSync(Buffer.alloc(512 * mb), { level: 1 });
      const head = messageHead(
        'content-encoding: gzip',
        `content-length: ${body.length}`,
        'connection: close',
      );
      const { text } = await say(port, Buffer.concat([Buffer.from(head), body]));
      return statusOf(text, [415]);
    },
    { bare: '', heavy: true },
  ),
  attack(
    'a body of a million brackets',
    async ({ port }) => {
      const body = bodyOf(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`);
      const { text } = await say(
        port,
        asText({ method: 'POST', path: '/v1/messages', headers: ours, body }),
        10_000,
      );
      return statusOf(text, [400]);
    },
    { memoryMb: 250 },
  ),
  attack(
    'a tool schema with a million brackets',
    async ({ port }) => {
      const depth = 1_000_000;
      const schema = `${'{"items":'.repeat(depth)}{}${'}'.repeat(depth)}`;
      const body = `${bodyOf('"x"').slice(0, -1)},"tools":[{"name":"t","input_schema":${schema}}]}`;
      const { text } = await say(
        port,
        asText({ method: 'POST', path: '/v1/messages', headers: ours, body }),
        15_000,
      );
      return statusOf(text, [200, 400]);
    },
    { memoryMb: 600, heavy: true },
  ),
  attack('the names of the object prototype as fields', async ({ port }) => {
    const body = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${bodyOf('"x"').slice(1)}`;
    const answered = await converse(
      port,
      asText({ method: 'POST', path: '/v1/messages', headers: ours, body }),
      5000,
    );
    const after = await converse(port, ask('chat/polite'), 5000);
    return after.status === 200
      ? bounded(`${answered.status}, and the next request is answered`)
      : open(String(after.status));
  }),
  attack('1,000 connections that ask for nothing', async ({ port }) => {
    const lines = await Promise.all(Array.from({ length: 1000 }, () => dial(port)));
    const { text } = await say(port, asText({ headers: ours }));
    for (const { socket } of lines) socket.destroy();
    return statuses(text)[0] === 200 ? bounded('others are answered beside them') : open(text.slice(0, 60));
  }),
  attack('1,000 connections kept after a request', async ({ port }) => {
    const lines = await Promise.all(Array.from({ length: 1000 }, () => dial(port)));
    for (const { socket } of lines)
      socket.write(asText({ path: '/health', headers: ours }).replace('connection: close', 'x: y'));
    const all = await within(10_000, () => lines.every((line) => line.text() !== ''));
    const { text } = await say(port, asText({ headers: ours }));
    for (const { socket } of lines) socket.destroy();
    return all && statuses(text)[0] === 200
      ? bounded('others are answered beside them')
      : open(text.slice(0, 60));
  }),
];
