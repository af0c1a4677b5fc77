/** Finds a capture: a file, standard input, what a running proxy remembers, or what was written down. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readBounded } from '../../bounded-file.ts';
import type { Capture } from '../../captures/capture.ts';
import { captureFolder } from '../../captures/files.ts';
import { largestCapture, readCapture } from '../../captures/read-capture.ts';
import { findPlaces } from '../../config/paths.ts';
import { findPlacesToAsk } from '../../daemon/places.ts';
import { askProxy } from '../../daemon/running.ts';
import { OccError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { readRequestId } from '../../request-id.ts';
import { reasonOf } from '../../system-error.ts';
import { withTilde } from '../../tilde.ts';
import { readInput } from '../../terminal/read-input.ts';
import type { System } from '../../terminal/command-context.ts';

/**
 * The capture that `given` names: an id or its start, a file, `-`; the latest one without it. OccError `capture_unknown`,
 * `capture_invalid`, or `capture_unreadable`.
 */
export async function findCapture(given: string | undefined, system: System): Promise<Capture> {
  if (given === '-') {
    const text = await readInput(system.stdin, largestCapture);
    if (text === undefined) throw unreadable('stdin', 'EFBIG');
    return readCapture(text, 'stdin');
  }
  const id = given === undefined ? '' : readRequestId(given);
  if (id === undefined) return fromFile(given ?? '', system);
  const { places, closed } = await findPlacesToAsk(system);
  const answers = await Promise.all(places.map((place) => askProxy(place, '/occ/recording', { id })));
  const remembered = answers.flatMap((answer) =>
    isObject(answer?.['recording'])
      ? [readCapture(JSON.stringify(answer['recording']), 'the recording')]
      : [],
  );
  const folder = join(findPlaces(system).stateDir, captureFolder);
  const names = namesIn(folder).filter((name) => name.includes(id) && captureName.test(name));
  const written = latestOf(folder, names);
  const all = [...remembered, ...(written === undefined ? [] : [written])];
  const latest = all.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
  if (latest) return latest;
  const broken = names.at(-1);
  // Says what is wrong with it.
  if (broken !== undefined) return readFrom(join(folder, broken));
  const looked = [...places.map((place) => place.name), ...closed, withTilde(folder, system.home)].join(', ');
  const what = given === undefined ? 'no request is recorded' : `no recording of ${given}`;
  throw new OccError('capture_unknown', `${what}; looked at ${looked}`, {
    remedy:
      'a running proxy remembers its latest requests; occ record on keeps later ones, and logging.captures.enabled those of each proxy',
  });
}

/** The name of a file with a whole capture; see `captureFiles`. */
const captureName = /-req_[0-9a-f]{24}\.json$/;

/** Files that are looked at for one that can be read: a crash or a full disk leaves one that cannot, not many. */
const mostBroken = 8;

/** The latest that can be read; undefined if none can. */
function latestOf(folder: string, names: readonly string[]): Capture | undefined {
  for (const name of names.slice(-mostBroken).toReversed()) {
    try {
      return readFrom(join(folder, name));
    } catch (error) {
      if (!(error instanceof OccError)) throw error;
    }
  }
  return undefined;
}

function fromFile(given: string, { cwd }: System): Capture {
  return readFrom(resolve(cwd, given));
}

function readFrom(file: string): Capture {
  let text: string;
  try {
    text = readBounded(file, largestCapture).toString('utf8');
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code ?? '', error);
  }
  return readCapture(text, file);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function unreadable(from: string, code: string, cause?: unknown): OccError {
  return new OccError('capture_unreadable', `${from} cannot be read: ${reasonOf(code)}`, {
    remedy: 'give a file that occ wrote, or the id of a request, as occ logs shows it',
    cause,
  });
}
