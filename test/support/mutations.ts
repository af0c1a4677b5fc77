/** Damage to an event stream as a network or gateway may cause it: to bytes, events, or the JSON in them. */
import fc from 'fast-check';
import { anyShare } from './arbitraries.ts';
import { utf8 } from './decode.ts';
import { jsonDamage } from './json-damage.ts';

export type Mutation = (bytes: Uint8Array) => Uint8Array;

const byteMutation: fc.Arbitrary<Mutation> = fc
  .record({
    kind: fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'cut', 'swap'),
    at: anyShare,
    length: fc.integer({ min: 1, max: 80 }),
    junk: fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\n\n',
          '\r',
          '"',
          '}',
          '{',
          'null',
          ',"index":1',
          'data: ',
          'event: error\n',
          'data: [DONE]\n\n',
          '"finish_reason":"stop"',
          '\\',
          '\ufeff',
        )
        .map((text) => Buffer.from(text)),
    ),
  })
  .map(({ kind, at, length, junk }) => (bytes) => {
    const from = Math.floor(at * bytes.length);
    const [head, piece, tail] = [
      bytes.subarray(0, from),
      bytes.subarray(from, from + length),
      bytes.subarray(from + length),
    ];
    switch (kind) {
      case 'flip':
        return Buffer.concat([
          head,
          piece.map((byte, i) => (i === 0 ? byte ^ (1 << (length % 8)) : byte)),
          tail,
        ]);
      case 'drop':
        return Buffer.concat([head, tail]);
      case 'repeat':
        return Buffer.concat([head, piece, piece, tail]);
      case 'insert':
        return Buffer.concat([head, junk, piece, tail]);
      case 'cut':
        return Buffer.concat([head]);
      default:
        return Buffer.concat([head, tail, piece]);
    }
  });

const eventMutation: fc.Arbitrary<Mutation> = fc
  .record({ kind: fc.constantFrom('drop', 'double', 'swap', 'last', 'first'), at: anyShare, other: anyShare })
  .map(({ kind, at, other }) => (bytes) => {
    const events = eventsOf(bytes);
    const [from, to] = [Math.floor(at * events.length), Math.floor(other * events.length)];
    const [one = '', two = ''] = [events[from], events[to]];
    if (kind === 'swap') events.splice(from, 1, two);
    if (kind === 'swap') events.splice(to, 1, one);
    if (kind === 'double') events.splice(to, 0, one);
    if (kind === 'drop' || kind === 'last' || kind === 'first') events.splice(from, 1);
    if (kind === 'last') events.push(one);
    if (kind === 'first') events.unshift(one);
    return utf8(events.join(''));
  });

const fieldMutation: fc.Arbitrary<Mutation> = fc
  .tuple(anyShare, jsonDamage)
  .map(([at, damage]) => (bytes) => {
    const events = eventsOf(bytes);
    const n = Math.floor(at * events.length);
    const event = events[n] ?? '';
    const lines = event.split(/\r\n|\r|\n/);
    const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
    const others = lines
      .filter((line) => !line.startsWith('data:') && line !== '')
      .map((line) => `${line}\n`);
    const bare = data.length === 0;
    events[n] = bare ? damage(event) : `${others.join('')}data: ${damage(data.join('\n'))}\n\n`;
    return utf8(events.join(''));
  });

/** The events, each with its blank line. A body that is not an event stream counts as one event. */
function eventsOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return text.split(/(?<=\n\n|\r\n\r\n|\r\r)/);
}

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 2, arbitrary: byteMutation },
  { weight: 1, arbitrary: eventMutation },
  { weight: 3, arbitrary: fieldMutation },
);
