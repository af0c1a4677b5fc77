/** All checks, in the order of the report. */
import type { Check } from '../check.ts';
import { key } from './live/key.ts';
import { firstToken, model } from './live/model.ts';
import { quota } from './live/quota.ts';
import { reachable } from './live/reachable.ts';
import { running } from './live/running.ts';
import { claudeLive, claudeOffline } from './claude/turns.ts';
import { config, keys } from './machine/config.ts';
import { certificates } from './machine/certificates.ts';
import { conflicts } from './machine/conflicts.ts';
import { folders } from './machine/folders.ts';
import { loopback, port, proxyEnv } from './machine/network.ts';
import { record } from './machine/record.ts';
import { timeouts } from './machine/timeouts.ts';
import { claude, node } from './machine/programs.ts';
import { emulatedProbes, probes } from './probes/probes.ts';
import { toLive, toOffline } from './smoke.ts';

export const checks: readonly Check[] = [
  node,
  claude,
  config,
  keys,
  conflicts,
  proxyEnv,
  certificates,
  loopback,
  port,
  record,
  folders,
  timeouts,
  ...[...probes, ...emulatedProbes].map(toOffline),
  ...claudeOffline,
  running,
  reachable,
  key,
  quota,
  model,
  firstToken,
  ...probes.map(toLive),
  ...claudeLive,
];
