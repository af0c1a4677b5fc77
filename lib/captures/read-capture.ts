/** Reads the text of a capture, which may come from anywhere. */
import { OccError } from '../errors.ts';
import { isObject, parseJson, toArray, toText } from '../json.ts';
import type { Capture } from './capture.ts';

/** Bytes of a capture: more than any that occ writes. */
export const largestCapture = 64 * 1024 * 1024;

/** OccError `capture_invalid` for what is no capture, or one without the text that a replay needs. `from` is its name. */
export function readCapture(text: string, from: string): Capture {
  const given = parseJson(text);
  if (!isObject(given)) throw invalid(from, 'it is not JSON');
  const found = isObject(given['recording']) ? given['recording'] : given;
  if (found['kind'] === 'skeleton')
    throw invalid(
      from,
      'it is a skeleton, without the text that a replay needs',
      'set logging.captures.enabled, or occ record on, before the request fails again',
    );
  if (found['schema'] === undefined) throw invalid(from, 'it has no schema, so occ has not written it');
  if (found['schema'] !== 1)
    throw invalid(from, `its schema is ${JSON.stringify(found['schema'] ?? null)}, not 1`);
  const missing = problemsIn(found);
  if (missing !== undefined) throw invalid(from, missing);
  return found as unknown as Capture;
}

/** What the rest of the program relies on. */
function problemsIn(capture: Readonly<Record<string, unknown>>): string | undefined {
  const { request, plan, attempts, reply, settings, record, id, at } = capture;
  if (toText(id) === '' || Number.isNaN(Date.parse(toText(at)))) return 'it has no id, or no time';
  if (!isObject(request) || !isObject(request['body']) || !isObject(request['headers']))
    return 'it has no request';
  if (!isObject(plan) || !Array.isArray(plan['candidates']) || !Array.isArray(plan['passedOver']))
    return 'it has no plan';
  const candidates = toArray(plan['candidates']);
  if (!candidates.every((one) => isObject(one) && isObject(one['route']) && isObject(one['provider'])))
    return 'a model of its plan is not whole';
  if (!Array.isArray(attempts) || !attempts.every((one) => isObject(one) && arePieces(one['pieces'])))
    return 'its attempts are not whole';
  if (!isObject(reply) || !isObject(reply['headers']) || !arePieces(reply['pieces']))
    return 'it has no reply';
  if (!isObject(settings) || !isObject(record) || !Array.isArray(record['attempts']))
    return 'it has no record';
  return Array.isArray(capture['barriers']) ? undefined : 'it has no barriers';
}

function arePieces(pieces: unknown): boolean {
  return (
    Array.isArray(pieces) &&
    pieces.every(
      (piece) =>
        Array.isArray(piece) &&
        typeof piece[0] === 'number' &&
        (typeof piece[1] === 'string' || (isObject(piece[1]) && typeof piece[1]['base64'] === 'string')),
    )
  );
}

function invalid(
  from: string,
  why: string,
  remedy = 'give a file that occ wrote, or the id of a request',
): OccError {
  return new OccError('capture_invalid', `${from} cannot be replayed: ${why}`, { remedy });
}
