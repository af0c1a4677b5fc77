/** What `occ start` can be told, as words and as the record remembers it. */
import { resolve } from 'node:path';
import type { RecordedOptions } from '../../daemon/record.ts';

export interface StartOptions {
  foreground?: boolean;
  /** This process is the one in the background, and somebody waits for it to say that it is ready. */
  background?: boolean;
  port?: number;
  host?: string;
  config?: string;
  emulator?: boolean;
}

/** Without what belongs to one run alone; paths no longer depend on where they were typed. */
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

/** The words after `occ` that start the same in the background. None of them is secret. */
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
