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
  /** Writes a file and removes it, so that `failure` tells whether there is room. Never rejects. */
  probe(): Promise<void>;
  /** Why the latest recording was not written; undefined if it was. */
  failure(): string | undefined;
  /** Resolves when everything is written. */
  settled(): Promise<void>;
}

/** Recordings that wait for a slow disk; further ones are not written. */
const mostWaiting = 32;

const endings = { capture: '.json', skeleton: '.skeleton.json' } as const;

/** Bytes that a small request takes. */
const probeBytes = 16 * 1024;

/** `onFailure` is called with the reason when a file cannot be written; again only after one has been written. */
export function captureFiles(stateDir: string, onFailure: (reason: string) => void): CaptureFiles {
  const folder = join(stateDir, captureFolder);
  let waiting = 0;
  let failed: string | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(
    recording: Recording,
    what: keyof typeof endings,
    limits: CaptureLimits,
  ): Promise<void> {
    const text = await render(recording, what);
    if (text === undefined) return;
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.maxBytes)
      return fail(`${recording.id} has ${bytes} bytes, more than the ${limits.maxBytes} of one file`);
    const file = join(folder, nameOf(recording, endings[what]));
    await put(file, text, (draft) => rename(draft, file));
    await removeOldest(folder, what, limits.maxFiles);
    failed = undefined;
  }

  /** Writes a draft of the file, of which nothing stays if that or the next step fails. */
  async function put(file: string, text: string, next: (draft: string) => Promise<void>): Promise<void> {
    makePrivateDirectory(folder);
    const draft = `${file}.${randomBytes(4).toString('hex')}`;
    try {
      // A link that somebody put there is not followed.
      await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
      await next(draft);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
  }

  async function probe(): Promise<void> {
    await put(join(folder, 'probe'), ' '.repeat(probeBytes), (draft) => rm(draft));
    failed = undefined;
  }

  function fail(reason: string): void {
    if (failed === undefined) onFailure(reason);
    failed = reason;
  }

  function failWith(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    fail(`${folder}: ${code === undefined ? String(error) : reasonOf(code)}`);
  }

  return {
    keep(recording, what, limits) {
      if (waiting >= mostWaiting) return fail(`${folder}: the disk is too slow`);
      waiting++;
      writing = writing
        .then(() => write(recording, what, limits))
        .catch(failWith)
        .finally(() => waiting--);
    },
    async probe() {
      writing = writing.then(probe).catch(failWith);
      await writing;
    },
    failure: () => failed,
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
