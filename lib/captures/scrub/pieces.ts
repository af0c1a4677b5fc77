/** Scrubs what an upstream sent: its pieces as one body, which is cut again at the same bytes. */
import { bytesOf, toPiece, type CapturedAttempt, type CapturedPiece } from '../capture.ts';
import { scrubBody } from './body.ts';
import { scrubHeaders } from './headers.ts';
import type { Scrubber } from './scrubber.ts';

export function scrubAttempt(attempt: CapturedAttempt, scrubber: Scrubber): CapturedAttempt {
  const { headers, pieces, fault, status = 0 } = attempt;
  return {
    ...attempt,
    headers: scrubHeaders(headers, scrubber),
    pieces: scrubPieces(pieces, status, scrubber),
    ...(fault && {
      fault: {
        ...fault,
        message: scrubber.scrub('prose', fault.message, (inner) => inner),
        ...(fault.network && { network: withoutProxy(fault.network, scrubber) }),
      },
    }),
  };
}

function withoutProxy<Fault extends { proxy?: string }>(fault: Fault, scrubber: Scrubber): Fault {
  if (fault.proxy === undefined) return fault;
  return { ...fault, proxy: scrubber.scrub('url', fault.proxy, (inner) => inner) };
}

function scrubPieces(pieces: readonly CapturedPiece[], status: number, scrubber: Scrubber): CapturedPiece[] {
  const body = scrubBody(Buffer.concat(pieces.map(bytesOf)), status, scrubber);
  let at = 0;
  return pieces.map((piece) => {
    const from = at;
    at += bytesOf(piece).length;
    return toPiece(piece[0], body.subarray(from, at));
  });
}
