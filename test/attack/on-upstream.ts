/** A hostile upstream against the proxy: what it sends is bounded in memory and time, and the client learns how it ended. */
import { bounded, open, refused, type Attack, type Seen, type Target } from './attack.ts';
import { escapes } from './behaviours.ts';
import { ask, converse, within, type Answered } from './dial.ts';
import type { Hostile } from './upstream.ts';
import { providerKey } from './world.ts';

const mb = 2 ** 20;
/** Milliseconds for an attack on a quiet machine: the limits of occ's configuration, several times. */
const patienceMs = 25_000;
/** The bare proxy has no limits, so there is nothing to wait for. */
const bareMs = 6000;
const patience = ({ name }: Target): number => (name === 'bare' ? bareMs : patienceMs);

/** Whether the answer ended, and how. */
function ended({ status, tail, ended: over, bytes }: Answered): Seen {
  const size = bytes > mb ? ` after ${Math.round(bytes / mb)} MB` : '';
  if (!over) return open(`still going on${size}`);
  if (status >= 400) return refused(String(status));
  if (/^event: error/m.test(tail) || tail.includes('"type":"error"')) return bounded(`an error event${size}`);
  return status === 200 ? bounded(`200, ended${size}`) : open(`${status || 'nothing'}${size}`);
}

const attack = (behaviour: string, name: string, more: Partial<Attack> = {}, format = 'chat'): Attack => ({
  group: 'hostile upstream',
  name,
  run: async (target) => ended(await converse(target.port, ask(`${format}/${behaviour}`), patience(target))),
  ...more,
});

/** The same for an answer that the client wants whole. */
const whole = (behaviour: string, name: string, more: Partial<Attack> = {}, format = 'chat'): Attack => ({
  ...attack(behaviour, name, more, format),
  run: async (target) =>
    ended(
      await converse(target.port, ask(`patient-${format}/${behaviour}`, { stream: false }), patience(target)),
    ),
});

/** Every attack with the upstream; some look at what it received. */
export function onUpstream(hostile: Hostile): readonly Attack[] {
  return [
    attack('endless-headers', 'headers without end'),
    attack('long-header', 'one header without end'),
    attack('hints', '103 Early Hints without end', { heavy: true }),
    attack('continues', '100 Continue without end'),
    attack('slow-headers', 'headers that come byte by byte', { heavy: true }),
    attack('silence', 'nothing at all', { heavy: true }),
    attack('slow-events', 'comments that come byte by byte', { heavy: true }),
    attack('comments', 'comments without end, as fast as they go'),
    attack('gzip-bomb', '512 MB of comments in gzip'),
    attack('br-bomb', '512 MB of comments in brotli', { heavy: true }),
    attack('zstd-bomb', '512 MB of comments in zstd', { heavy: true }),
    attack('gzip-twice', '512 MB of comments in gzip in gzip', { heavy: true }),
    attack('gzip-line-bomb', 'a line of 512 MB in gzip', { memoryMb: 500, heavy: true }),
    attack('gzip-error-bomb', 'an error of 512 MB in gzip', { heavy: true }),
    attack('encodings', '400 content encodings'),
    ...(['chat', 'messages', 'responses', 'gemini'] as const).map((format) =>
      attack('long-line', `a line without end (${format})`, { memoryMb: 500, heavy: true }, format),
    ),
    attack('long-document', 'a JSON document without end', { memoryMb: 500, heavy: true }),
    attack('long-error', 'an error without end'),
    attack('many-lines', 'an event of endlessly many lines', { memoryMb: 700, heavy: true }, 'patient-chat'),
    ...(['chat', 'messages', 'responses', 'gemini'] as const).map((format) =>
      whole(
        'endless-text',
        `text without end, for an answer that is not streamed (${format})`,
        { memoryMb: 900, heavy: true },
        format,
      ),
    ),
    whole('tiny-text', 'text without end in single characters, not streamed', { memoryMb: 900, heavy: true }),
    attack('tiny-arguments', 'tool arguments without end in single characters', {
      memoryMb: 700,
      heavy: true,
    }),
    attack('endless-call', 'tool arguments without end', { memoryMb: 700, heavy: true }),
    attack('many-calls', '300,000 tool calls', { memoryMb: 700, heavy: true }),
    attack('deep', 'an event of a million brackets', { memoryMb: 400, heavy: true }),
    attack('deep-arguments', 'tool arguments of a million brackets', { memoryMb: 400, heavy: true }),
    {
      group: 'hostile upstream',
      name: 'text without end, until the client leaves',
      async run({ port }) {
        const answered = await converse(port, ask('chat/endless-text'), 1500);
        const gone = await within(5000, () => hostile.sockets() === 0);
        return gone
          ? bounded(`the upstream is left after ${Math.round(answered.bytes / mb)} MB`)
          : open('it is read on');
      },
    },
    {
      group: 'hostile upstream',
      name: 'a redirect of the request, with its key, to another host',
      async run({ port }) {
        hostile.elsewhere.received.length = 0;
        const answered = await converse(port, ask('chat/redirect'), patienceMs);
        const leaked = hostile.elsewhere.received.some((text) => text.includes(providerKey));
        return leaked ? open('the other host has the key') : ended(answered);
      },
    },
    {
      group: 'hostile upstream',
      name: 'escape sequences and forged lines in an error',
      async run(target: Target) {
        const answered = await converse(target.port, ask('chat/escapes'), patienceMs);
        const raw = answered.head.slice(answered.head.indexOf('\r\n\r\n'));
        // oxlint-disable-next-line no-control-regex -- the search is for control characters
        if (/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f]/.test(raw))
          return open('they reach the client raw');
        return raw.includes(escapes) ? open('they reach the client raw') : ended(answered);
      },
      bare: '',
    },
    attack('escapes-in-answer', 'escape sequences in headers'),
    attack('paths', 'ids and names that are paths'),
    attack('event-ids', 'event ids, retry times and event names'),
    attack('trailers', 'trailers'),
    attack('early-close', 'a close after the headers'),
    attack('at-once-closed', 'a close before the headers'),
    attack('reset', 'a reset after the headers'),
    attack('no-content', '204 with a body'),
    attack('not-modified', '304 with a body'),
    attack('shorter-length', 'a length that is too short'),
    attack('longer-length', 'a length that is too long'),
    attack('two-lengths', 'two lengths'),
    attack('length-and-chunks', 'a length and chunks'),
    attack('bad-chunks', 'the size of a chunk beyond 64 bits'),
    attack('no-http', 'no HTTP'),
    attack('upgrade', '101 Switching Protocols'),
    attack('wait-for-ever', 'Retry-After of 1e300 seconds'),
    {
      group: 'hostile upstream',
      name: 'a second answer that waits for the next request',
      async run({ port }) {
        await converse(port, ask('chat/two-answers'), patienceMs);
        const next = await converse(port, ask('chat/polite'), patienceMs);
        return next.tail.includes('smuggled') ? open('the next request gets it') : ended(next);
      },
    },
  ];
}
