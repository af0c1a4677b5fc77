/** The failure of a supervisor of services. */
import { OccError } from '../../errors.ts';
import type { Ran } from './run-program.ts';

/** OccError `service_failed` with what it said, if the command did not succeed. */
export function checked(command: string, { code, stderr }: Ran): void {
  if (code === 0) return;
  throw new OccError('service_failed', `${command} failed: ${stderr}`, {
    remedy:
      'correct what it says; occ service status shows the state, and occ start runs the proxy without a service',
  });
}
