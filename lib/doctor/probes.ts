/** The smoke tests, in the order they are told. */
import type { Probe } from './probe.ts';
import { cancel } from './probes/cancel.ts';
import { eof } from './probes/eof.ts';
import { errorShape } from './probes/error-shape.ts';
import { fallback } from './probes/fallback.ts';
import { thinking } from './probes/thinking.ts';
import { parallelTools, toolFirst, toolLoop } from './probes/tools.ts';
import { twoMinute } from './probes/two-minute.ts';
import { usage } from './probes/usage.ts';

export const probes: readonly Probe[] = [
  eof,
  toolFirst,
  toolLoop,
  parallelTools,
  thinking,
  usage,
  cancel,
  fallback,
  errorShape,
  twoMinute,
];
