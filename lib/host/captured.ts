/** Which ended requests are written down, and how: whole ones with consent, and the skeletons of those that failed. */
import { captureFiles, type CaptureLimits } from '../captures/files.ts';
import type { Settings } from '../config/settings.ts';
import { hasFailed, type EndedRequest } from '../proxy/recent.ts';
import type { Recorder } from '../proxy/recording/recorder.ts';

export interface Captured {
  ended(record: EndedRequest): void;
  /** Whether whole requests are written down. */
  isOn(): boolean;
  /** Switches that on or off until the proxy ends, whatever the configuration says. Tries, before it is on, to write. */
  switch(on: boolean): Promise<void>;
  /** Why the latest request was not written down, or would not be; undefined if all is well. */
  failure(): string | undefined;
  close(): Promise<void>;
}

export interface CapturedOptions {
  stateDir: string;
  settings: () => Settings;
  recordings: () => Pick<Recorder, 'find'>;
  /** Called when a file cannot be written; again only after one has been written. */
  onFailure: (reason: string) => void;
}

/** Skeletons of requests that failed. */
const skeletonLimits: CaptureLimits = { maxFiles: 50, maxBytes: 1024 * 1024 };

export function captured({ stateDir, settings, recordings, onFailure }: CapturedOptions): Captured {
  const files = captureFiles(stateDir, onFailure);
  let switched: boolean | undefined;
  const isOn = (): boolean => switched ?? settings().logging.captures.enabled;
  return {
    ended(record) {
      const on = isOn();
      if (!on && !hasFailed(record)) return;
      const recording = recordings().find(record.id);
      if (recording)
        files.keep(recording, on ? 'capture' : 'skeleton', on ? settings().logging.captures : skeletonLimits);
    },
    isOn,
    async switch(on) {
      switched = on;
      if (on) await files.probe();
    },
    failure: () => files.failure(),
    close: () => files.settled(),
  };
}
