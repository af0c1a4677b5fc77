/** The options of `occ start`, as given, as recorded, and as the arguments of the background process. */
import { resolve } from 'node:path';
import type { RecordedOptions } from '../../daemon/record.ts';

export interface StartOptions {
  foreground?: boolean;
  /** Internal: this process runs in the background, and its parent waits until it is ready. */
  background?: boolean;
  port?: number;
  host?: string;
  config?: string;
  emulator?: boolean;
}

/** The number of a port from 0 to 65535; undefined for any other text. */
export function portOf(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535 ? port : undefined;
}

/** Drops what belongs to one run only, and makes paths absolute. */
export function toRecordedOptions(
  { config, host, port, emulator }: StartOptions,
  cwd = process.cwd(),
): RecordedOptions {
  return {
    ...(config !== undefined && { config: resolve(cwd, config) }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(emulator === true && { emulator }),
  };
}

/** The arguments that start the same proxy in the background. None of them is secret. */
export function backgroundArguments({ config, host, port, emulator }: RecordedOptions): string[] {
  return [
    'start',
    '--background',
    ...(config === undefined ? [] : ['--config', config]),
    ...(host === undefined ? [] : ['--host', host]),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(emulator === true ? ['--emulator'] : []),
  ];
}
