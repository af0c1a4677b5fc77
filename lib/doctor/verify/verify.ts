/** Verifies one model: asks it, judges what came, and compares it with the measure. */
import type { LoadedSettings } from '../../config/load.ts';
import { startEmulator, type Emulator } from '../../emulator/server.ts';
import { openUpstream, type Upstream } from '../../proxy/upstream.ts';
import { openLive, routeOf } from '../bench/live.ts';
import type { BenchOptions } from '../bench/bench.ts';
import { streamSeconds } from '../run.ts';
import type { Context, Machine, Subject } from '../check.ts';
import { askAll, type AskOptions, type Asked } from './ask.ts';
import type { Claims } from './answer.ts';
import { claimsOf } from './claims.ts';
import { blame, judgeControl } from './control.ts';
import { judgeAll, scoreOf } from './judges/judges.ts';
import type { Judged } from './verdict.ts';

export interface VerifyOptions extends Pick<AskOptions, 'values' | 'budget' | 'onAsk' | 'limitMs'> {
  loaded: LoadedSettings;
  machine: Machine;
  subject: ModelSubject;
  signal: AbortSignal;
}

export interface Verified {
  model: string;
  claims: Claims;
  verdicts: Judged[];
  /** 0 to 100; absent if nothing could be judged. */
  score?: number;
  /** The score of the emulator's obedient model, which is 100 unless occ or this machine is at fault. */
  control?: number;
  requests: number;
  ended?: Asked['ended'];
  answers: Asked['answers'];
}

/** A model with its provider. */
export type ModelSubject = Subject & Required<Pick<Subject, 'model' | 'provider'>>;

/** Throws a CheckFailure if the provider has no endpoint for the model. */
export function claimsOfSubject(subject: ModelSubject): Claims {
  return claimsOf(subject.model, subject.provider, routeOf(subject));
}

/** Resolves with what is known when `signal` aborts. */
export async function verifyModel(options: VerifyOptions): Promise<Verified> {
  const { loaded, subject, values, budget, onAsk, limitMs, signal } = options;
  const claims = claimsOfSubject(subject);
  const started: { upstream?: Promise<Upstream>; emulator?: Promise<Emulator> } = {};
  const context: Context = {
    machine: options.machine,
    loaded,
    offline: false,
    isBusy: () => false,
    signal,
    streamSeconds,
    emulator: () => (started.emulator ??= startEmulator({ keep: 1 })),
    upstream: () => (started.upstream ??= openUpstream(options.machine.env)),
    once: (_, make) => make(signal),
  };
  try {
    const bench = await benchOf(context, subject);
    const asked = await askAll({
      bench,
      context,
      claims,
      values,
      budget,
      ...(onAsk && { onAsk }),
      ...(limitMs !== undefined && { limitMs }),
    });
    const judged = judgeAll({ claims, values, answers: asked.answers });
    const control = signal.aborted ? [] : await judgeControl(loaded, claims.format, context, values);
    const score = scoreOf(judged);
    const best = scoreOf(control);
    return {
      model: subject.name,
      claims,
      verdicts: blame(judged, control),
      ...(score !== undefined && { score }),
      ...(best !== undefined && { control: best }),
      ...asked,
    };
  } finally {
    await Promise.allSettled([
      started.emulator?.then((emulator) => emulator.close()),
      started.upstream?.then((upstream) => upstream.close()),
    ]);
  }
}

/** The settings of the live bench; every question opens its own. */
async function benchOf(context: Context, subject: Subject): Promise<BenchOptions> {
  const bench = await openLive(context, subject);
  await bench.close();
  const { live, provider, model, format, settings, remedyFor } = bench;
  return { live, provider, model, format, settings, remedyFor };
}
