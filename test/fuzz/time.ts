/** Linear time, as a ratio measured within one run: eight times the stream may cost at most twenty times as much. */
import type { EmulatedFormat } from '../../lib/emulator/formats/format.ts';
import * as emulatedFormats from '../../lib/emulator/formats/table.ts';
import { call, callTogether, filler, say, think, type Script } from '../../lib/emulator/script.ts';
import { slices } from '../support/cuts.ts';
import { utf8 } from '../support/decode.ts';
import { growthOf } from '../support/growth.ts';
import { decoder, type Format } from '../support/turns.ts';

const emulated: Record<Format, EmulatedFormat> = emulatedFormats;
const factor = 8;
/** How often its share a bigger stream may cost. */
const slack = 2.5;

export interface Timed {
  what: string;
  /** The time of the big stream over that of the small one. */
  ratio: number;
}

const words = (bytes: number): string => [...filler(bytes, 1000)].join('');

/** Streams of any size; what waits, what is gathered and what is searched for grows with each. */
const shapes: Record<string, (size: number) => Script> = {
  'words in small pieces': (size) => [say([...filler(size * 10, 10)])],
  'thoughts in small pieces': (size) => [think([...filler(size * 10, 10)])],
  'the arguments of one call': (size) => [call('Write', { content: words(size * 10) })],
  'two calls at once': (size) => [
    callTogether(
      { name: 'Write', input: { content: words(size * 5) } },
      { name: 'Bash', input: { command: words(size * 5) } },
    ),
  ],
  'many calls': (size) => [
    callTogether(...Array.from({ length: size / 10 }, (_, n) => ({ name: 'Read', input: { n } }))),
  ],
  'words between calls': (size) =>
    Array.from({ length: size / 20 }, (_, n) => [say('and '), call('Read', { n })]).flat(),
};

/** Every shape in reads of 1 KB; one event of megabytes; and junk without any line end. */
export function timeOf(format: Format): Timed[] {
  const scripted = Object.entries(shapes).map(([what, shape]): Timed => {
    const bytes = (size: number): Uint8Array => encoded(format, shape(size));
    return { what, ratio: ratioOf(format, bytes(2000), bytes(2000 * factor)) };
  });
  const whole = (size: number): Uint8Array =>
    encoded(format, [say([words(size * 100)]), call('Write', { content: words(size * 100) })], true);
  const calls = (size: number): Uint8Array => encoded(format, shapes['many calls']?.(size) ?? [], true);
  const junk = (size: number): Uint8Array => utf8(`data: {"x":"${'x'.repeat(size * 100)}`);
  return [
    ...scripted,
    { what: 'one document', ratio: ratioOf(format, whole(2000), whole(2000 * factor)) },
    { what: 'one document of many calls', ratio: ratioOf(format, calls(20_000), calls(20_000 * factor)) },
    { what: 'a line without end', ratio: ratioOf(format, junk(2000), junk(2000 * factor)) },
  ];
}

function encoded(format: Format, script: Script, inOnePiece = false): Uint8Array {
  const head = { id: 'x1', model: 'm', created: 1, inputTokens: 9, flavour: 'plain' as const };
  const frames = emulated[format][inOnePiece ? 'whole' : 'stream'](script, head);
  return utf8([...frames].map((frame) => (frame.type === 'event' ? frame.text : '')).join(''));
}

function ratioOf(format: Format, small: Uint8Array, big: Uint8Array): number {
  return growthOf(reading(format, small), reading(format, big));
}

function reading(format: Format, bytes: Uint8Array): () => void {
  const pieces = slices(bytes, 1024);
  return () => {
    const decoding = decoder(format);
    for (const piece of pieces) decoding.step(piece, () => {});
    decoding.flush(() => {});
  };
}

/** What to complain of: shapes that cost more than their share, and a half. */
export function timeGrows(format: Format, times: readonly Timed[]): string[] {
  return times
    .filter(({ ratio }) => ratio > factor * slack)
    .map(
      ({ what, ratio }) =>
        `${format}, ${what}: ${factor} times as much took ${ratio.toFixed(1)} times the time`,
    );
}
