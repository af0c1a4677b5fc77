/** The parts of the benchmarks, in the order in which they run. */
import type { Part } from './part.ts';
import { otherClients } from './parts/clients.ts';
import { event } from './parts/event.ts';
import { firstEvent } from './parts/first-event.ts';
import { flood } from './parts/flood.ts';
import { formats } from './parts/formats.ts';
import { growth } from './parts/growth.ts';
import { ledger } from './parts/ledger.ts';
import { memory } from './parts/memory.ts';
import { passThrough } from './parts/pass-through.ts';
import { records } from './parts/records.ts';
import { slowReader } from './parts/slow-reader.ts';
import { start } from './parts/start.ts';
import { statusLine } from './parts/statusline.ts';
import { manyStreams } from './parts/streams.ts';

export const parts: readonly Part[] = [
  firstEvent,
  event,
  flood,
  passThrough,
  formats,
  otherClients,
  manyStreams,
  growth,
  slowReader,
  memory,
  start,
  statusLine,
  ledger,
  records,
];
