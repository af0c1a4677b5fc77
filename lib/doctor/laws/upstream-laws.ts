/** Checks what an upstream sent against its wire format: deviations that occ corrects, and errors that it cannot. */
import type { WireFormat } from '../../wire/formats.ts';
import type { RecordedUpstream } from '../bench/recorded-exchange.ts';
import type { Judge, UpstreamJudgement } from './formats/judge.ts';
import * as table from './formats/table.ts';
import { readRaw } from './raw-events.ts';

/** A format without a judge here is judged only by what its decoder makes of the answer. */
const judges: Readonly<Partial<Record<WireFormat, Judge>>> = table;

/** Judges the body of a 2xx response. */
export function judgeUpstream(side: RecordedUpstream, format: WireFormat): UpstreamJudgement {
  const raw = readRaw(side);
  const found = (raw.broken === undefined && judges[format]?.(raw, side)) || {
    deviations: [],
    counted: true,
  };
  const broken = raw.broken ?? found.broken;
  const late = side.ended === 'broken' && broken === undefined ? ['breaks the connection after its end'] : [];
  return {
    ...found,
    deviations: [...raw.deviations, ...found.deviations, ...late],
    ...(broken !== undefined && { broken }),
  };
}
