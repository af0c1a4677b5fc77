/** Writes captures and skeletons into the state directory, the oldest of which make room for new ones. Never throws. */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory } from '../config/paths.ts';
import { printable } from '../printable.ts';
import { reasonOf } from '../system-error.ts';
import type { Recording } from '../proxy/recording/recording.ts';

/** Below the state directory. */
export const captureFolder = 'captures';

export interface CaptureLimits {
  /** Files to keep. */
  maxFiles: number;
  /** Bytes of one file; a larger one is not written. */
  maxBytes: number;
}

export interface CaptureFiles {
  /** Writes the recording whole, with its text; or its skeleton. */
  keep(recording: Recording, what: 'capture' | 'skeleton', limits: CaptureLimits): void;
  /** Resolves when everything is written. */
  settled(): Promise<void>;
}

/** Recordings that wait for a slow disk; further ones are not written. */
const mostWaiting = 32;

const endings = { capture: '.json', skeleton: '.skeleton.json' } as const;

/** `onFailure` is called once, with the reason, when a file cannot be written; nothing is written after that. */
export function captureFiles(stateDir: string, onFailure: (reason: string) => void): CaptureFiles {
  const folder = join(stateDir, captureFolder);
  let waiting = 0;
  let failed = false;
  let writing: Promise<void> = Promise.resolve();

  async function write(
    recording: Recording,
    what: keyof typeof endings,
    limits: CaptureLimits,
  ): Promise<void> {
    const text = await render(recording, what);
    if (text === undefined || Buffer.byteLength(text) > limits.maxBytes) return;
    makePrivateDirectory(folder);
    const file = join(folder, nameOf(recording, endings[what]));
    const draft = `${file}.${randomBytes(4).toString('hex')}`;
    try {
      // A link that somebody put there is not followed.
      await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
    await removeOldest(folder, what, limits.maxFiles);
  }

  function fail(error: unknown): void {
    failed = true;
    const { code } = error as NodeJS.ErrnoException;
    onFailure(`${folder}: ${code === undefined ? String(error) : reasonOf(code)}`);
  }

  return {
    keep(recording, what, limits) {
      if (failed || waiting >= mostWaiting) return;
      waiting++;
      writing = writing
        .then(() => (failed ? undefined : write(recording, what, limits)))
        .catch(fail)
        .finally(() => waiting--);
    },
    settled: () => writing,
  };
}

async function render(recording: Recording, what: keyof typeof endings): Promise<string | undefined> {
  if (what === 'skeleton') {
    const { toSkeleton } = await import('./skeleton.ts');
    return `${printable(JSON.stringify(toSkeleton(recording)))}\n`;
  }
  const { toCapture } = await import('./to-capture.ts');
  const capture = toCapture(recording);
  return capture && `${printable(JSON.stringify(capture, undefined, 1))}\n`;
}

/** Names sort by time. */
function nameOf({ id, start }: Recording, ending: string): string {
  return `${start.record.at.replace(/[:.]/g, '-')}-${id}${ending}`;
}

async function removeOldest(folder: string, what: keyof typeof endings, most: number): Promise<void> {
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith(endings[what]) && (what === 'skeleton') === name.endsWith(endings.skeleton),
  );
  const old = names.toSorted().slice(0, Math.max(0, names.length - Math.max(1, most)));
  for (const name of old) await rm(join(folder, name), { force: true });
}
