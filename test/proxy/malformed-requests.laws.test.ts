/** Requests with wrong values: every one is answered or refused, and none causes an internal error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { estimateTokens } from '../../lib/anthropic/estimate.ts';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { toRequest } from '../../lib/wire/messages/served/read.ts';
import { Unservable } from '../../lib/wire/served.ts';
import { planRoutes } from '../../lib/proxy/policy/route.ts';
import { sessionOf } from '../../lib/proxy/session.ts';
import type { JsonObject } from '../../lib/json.ts';
import { wireFormats } from '../../lib/wire/formats.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { fuzzedRequest, isEncoded, routesOf } from '../support/fuzzed-requests.ts';
import { settingsFor } from '../support/proxy.ts';
import { capturedRequests } from '../support/requests.ts';
import { exhaustive, runsOf } from '../support/sampling.ts';

type Tree = Record<string | number, unknown>;

/** Paths to every value of a body, with at most four entries of each list. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()].slice(0, 4) : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaced(body: object, path: (string | number)[], value: unknown): object {
  const copy = structuredClone(body) as Tree;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Tree;
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
  return copy;
}

const wrongValues: unknown[] = [
  null,
  0,
  -1,
  1e300,
  true,
  '',
  'x',
  '\ud800',
  '__proto__',
  [],
  {},
  [null],
  [[]],
  [{}],
  [{ type: 'x' }],
  [{ type: 'text' }],
  { type: 7 },
  { type: 'text' },
  { type: 'base64' },
  { type: 'tool_result' },
];

/** The same structure with short strings and lists; only the positions of values matter here. */
function small(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, 24);
  if (Array.isArray(value)) return value.slice(0, 4).map(small);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'properties');
  return Object.fromEntries(entries.map(([key, inner]) => [key, small(inner)]));
}

/** One path for each shape: list indexes are not distinguished. */
function places(body: object): (string | number)[][] {
  const shapes = new Map<string, (string | number)[]>();
  for (const path of pathsOf(body)) {
    const shape = path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
    if (path.length > 0) shapes.set(shape, path);
  }
  return [...shapes.values()];
}

const routes = Object.values(routesOf).flat();
const settings = settingsFor('http://127.0.0.1:9');

/** Runs everything that happens before a model is tried. Returns the refusal, if any. */
function prepare(body: object): Unservable | undefined {
  let request: MessagesRequest;
  try {
    request = toRequest(JSON.parse(JSON.stringify(body)) as JsonObject);
  } catch (error) {
    if (error instanceof Unservable) return error;
    throw error;
  }
  const inputTokens = estimateTokens(request);
  assert(Number.isFinite(inputTokens));
  planRoutes({ request, inputTokens }, settings);
  sessionOf({ session: '', agent: '' }, request);
  for (const route of routes) JSON.stringify(codecs[route.format].encodeRequest(request, route));
  return undefined;
}

const kinds = /^(?:12|14|16|20|22|23|28|36)-/;

for (const { kind, body } of capturedRequests().filter(({ kind }) => kinds.test(kind))) {
  test(`one wrong value anywhere never causes an internal error: ${kind}`, () => {
    const faults = new Set<string>();
    let tried = 0;
    const plain = small(body) as object;
    for (const [place, path] of places(plain).entries()) {
      // Unless exhaustive, each place gets a quarter of the values, and the next place another quarter.
      for (const value of wrongValues.filter((_, n) => exhaustive || (n + place) % 4 === 0)) {
        tried++;
        try {
          prepare(replaced(plain, path, value));
        } catch (error) {
          faults.add(
            `${path.join('.')} = ${JSON.stringify(value)}: ${(error as Error).stack?.split('\n').slice(0, 2).join(' ')}`,
          );
        }
      }
    }
    assert(tried > (exhaustive ? 100 : 25));
    assert.deepEqual([...faults], []);
  });
}

for (const format of wireFormats) {
  test(`several wrong values never cause an internal error: ${format}`, () => {
    let sent = 0;
    const { numRuns } = runsOf(500);
    fc.assert(
      fc.property(fuzzedRequest, (text) => void (isEncoded(format, text) && sent++)),
      { numRuns },
    );
    assert(sent > numRuns / 5, `only ${sent} reached the encoder`);
  });
}
