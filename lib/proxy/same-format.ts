/** Where client and upstream speak the same format, other than Anthropic's: the body and the frames pass as they came. */
import type { SameFormat } from '../wire/served.ts';
import type { Turn } from '../wire/codec.ts';
import { loadedServed } from '../wire/served-formats.ts';
import type { WireRoute } from '../wire/formats.ts';
import type { OwnBody } from './rejections/repair.ts';

/** Undefined where the formats differ. */
export function sameFormat({ given }: Turn, { format }: WireRoute): SameFormat | undefined {
  return given?.format === format ? loadedServed(format)?.same : undefined;
}

/** Writes the client's body for an upstream of the same format. */
export function ownBody(turn: Turn): OwnBody {
  const { given } = turn;
  return (route) => given && sameFormat(turn, route)?.encodeRequest(given.body, turn, route);
}
