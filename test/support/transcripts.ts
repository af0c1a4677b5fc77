/**
 * Reads the transcripts in `test/fixtures/transcripts`: `<format>/<behaviour>.sse` is sent with its comment lines;
 * `<behaviour>.body`, for bodies that are not event streams, is sent without its leading comment lines.
 *
 * The first line is `: made by hand` and what the transcript shows. `: quirks a b=value`, `: model m`, `: stops a b` and
 * `: search yes` configure the turn.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Quirks } from '../../lib/wire/quirks.ts';
import type { Format, TurnOptions } from './turns.ts';

export interface Transcript {
  format: Format;
  name: string;
  bytes: Uint8Array;
  options: TurnOptions;
  /** The first line. */
  shows: string;
  /** True for an event stream, whose line ends may be replaced. */
  events: boolean;
  golden: string;
}

const folder = fileURLToPath(new URL('../fixtures/transcripts/', import.meta.url));

export function transcripts(format: Format): Transcript[] {
  return readdirSync(folder + format)
    .filter((file) => /\.(sse|body)$/.test(file))
    .sort()
    .map((file) => read(format, file));
}

function read(format: Format, file: string): Transcript {
  const bytes = readFileSync(`${folder}${format}/${file}`);
  const header: string[] = [];
  let from = 0;
  while (bytes[from] === 0x3a) {
    const end = bytes.indexOf(0x0a, from);
    header.push(bytes.toString('utf8', from + 1, end).trim());
    from = end + 1;
  }
  const events = file.endsWith('.sse');
  const named = (key: string) => header.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
  const quirks = (named('quirks') ?? '').split(' ').filter((name) => name !== '');
  const model = named('model');
  const stops = named('stops');
  const name = file.replace(/\.\w+$/, '');
  return {
    format,
    name,
    bytes: events ? bytes : bytes.subarray(from),
    options: {
      quirks: Object.fromEntries(quirks.map(toQuirk)) as Partial<Quirks>,
      ...(model !== undefined && { model }),
      ...(stops !== undefined && { stops: stops.split(' ') }),
      ...(named('search') !== undefined && { search: true }),
    },
    shows: header[0] ?? '',
    events,
    golden: `${folder}${format}/${name}.jsonl`,
  };
}

/** `name`, `name=value`, or `!name` for a quirk that is on by default. */
function toQuirk(text: string): [name: string, value: string | boolean] {
  const [name = '', value] = text.replace(/^!/, '').split('=');
  return [name, value ?? !text.startsWith('!')];
}
