/** The smoke tests, in the order of the report. */
import type { Probe } from '../probe.ts';
import { cache } from './cache.ts';
import { cancel } from './cancel.ts';
import { eof } from './eof.ts';
import { errorShape } from './error-shape.ts';
import { fallback } from './fallback.ts';
import { refusals } from './refusals.ts';
import { thinking } from './thinking.ts';
import { parallelTools, toolFirst, toolLoop } from './tools.ts';
import { twoMinute } from './two-minute.ts';
import { usage } from './usage.ts';

export const probes: readonly Probe[] = [
  eof,
  toolFirst,
  toolLoop,
  parallelTools,
  thinking,
  usage,
  cache,
  cancel,
  fallback,
  errorShape,
  twoMinute,
];

/** Those that only the emulator can show. */
export const emulatedProbes: readonly Probe[] = [refusals];
