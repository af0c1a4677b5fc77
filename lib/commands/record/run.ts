/** Runs `occ record`: asks or tells each running proxy. */
import { join } from 'node:path';
import { captureFolder } from '../../captures/files.ts';
import { findPlaces } from '../../config/paths.ts';
import { findPlacesToAsk } from '../../daemon/places.ts';
import { askProxy } from '../../daemon/running.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { toText } from '../../json.ts';
import { withTilde } from '../../tilde.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { say } from '../../terminal/talk.ts';

const words: Readonly<Record<string, boolean>> = { on: true, off: false };

/** Resolves to the exit code. OccError `not_running` (exit 3) if no proxy of this user runs, `usage` for another word. */
export async function runRecord(word: string | undefined, system: System, output: Output): Promise<number> {
  const on = word === undefined ? undefined : words[word];
  if (word !== undefined && on === undefined) {
    throw new OccError('usage', `occ record takes on or off, not ${JSON.stringify(word)}`, {
      exitCode: exitCodes.usage,
      remedy: 'occ record on writes requests and answers to disk; occ record off ends that',
    });
  }
  const { places } = await findPlacesToAsk(system);
  if (places.length === 0) {
    throw new OccError('not_running', 'no proxy is running, so there is nothing to record', {
      exitCode: exitCodes.notRunning,
      remedy:
        'start one with occ start or occ launch; logging.captures.enabled records every request of each proxy',
    });
  }
  const proxies = await Promise.all(
    places.map(async (place) => {
      const answer = await askProxy(place, '/occ/record', on === undefined ? {} : { on });
      return {
        name: place.name,
        pid: place.pid,
        on: typeof answer?.['on'] === 'boolean' ? answer['on'] : null,
        error: toText(answer?.['error']) || null,
      };
    }),
  );
  const folder = join(findPlaces(system).stateDir, captureFolder);
  if (output.json)
    output.printJson({ folder, proxies: proxies.map(({ pid, on, error }) => ({ pid, on, error })) });
  else for (const { name, on, error } of proxies) output.print(`${name}: ${describe(on, error)}`);
  if (proxies.some(({ on: isOn, error }) => isOn === true && error === null))
    await say(
      output,
      `requests and answers are written to ${withTilde(folder, system.home)} with their text`,
    );
  return proxies.some(({ on, error }) => on === null || (on && error !== null))
    ? exitCodes.failed
    : exitCodes.ok;
}

function describe(on: boolean | null, error: string | null): string {
  if (on === null) return 'cannot say; it is another version of occ';
  if (on && error !== null) return `is to record, but could not write: ${error}`;
  return on ? 'records' : 'does not record';
}
