/** A faulty upstream: it delays, resets at any byte, refuses, and sends web pages, empty and truncated answers. */
import { failing, nothing, refuse, toAnswer, webPage, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import type { Break, Faults } from '../../lib/emulator/faults.ts';
import type { Ending } from '../../lib/emulator/play.ts';
import { randomFrom, type Random } from './random.ts';
import { plannedAnswer, scriptOf } from './plan.ts';

/** One attempt, from the view of the upstream. */
export interface Served {
  model: string;
  /** The kind of answer. */
  kind: Kind;
  /** `performance.now()`. */
  arrivedAt: number;
  /** How the answer ended; undefined while it is running. */
  ended?: Ending['how'];
}

const kinds = [
  [40, 'whole'],
  [12, 'unusual but whole'],
  [12, 'slow'],
  [6, 'refused'],
  [0.5, 'quota spent'],
  [3, 'web page'],
  [3, 'no body'],
  [3, 'empty'],
  [10, 'broken off'],
  [1, 'silent'],
  [3, 'error event'],
  [3, 'broken event'],
  [3, 'no ending'],
] as const;
export type Kind = (typeof kinds)[number][1];

/** Kinds whose answer is complete if it is sent to its end. */
export const completeKinds: ReadonlySet<Kind> = new Set(['whole', 'unusual but whole', 'slow']);

export interface FaultyUpstream {
  script: (request: ReceivedRequest) => Answer;
  /** The number of running answers. */
  live(): number;
  /** Removes and returns the attempts for one request. */
  take(request: string): Served[];
}

export function faultyUpstream(seed: number): FaultyUpstream {
  const served = new Map<string, Served[]>();
  let live = 0;

  function script({ conversation: { model, prompt }, ended }: ReceivedRequest): Answer {
    const before = served.get(prompt) ?? [];
    const random = randomFrom(seed, prompt, model, before.length);
    const kind = random.weighted(kinds.map(([weight, one]) => [weight, one]));
    const attempt: Served = { model, kind, arrivedAt: performance.now() };
    served.set(prompt, [...before, attempt]);
    live++;
    void ended.then(({ how }) => {
      live--;
      attempt.ended = how;
    });
    return answerOf(kind, { script: scriptOf(plannedAnswer(seed, prompt, model)) }, random);
  }

  return {
    script,
    live: () => live,
    take(request) {
      const taken = served.get(request) ?? [];
      served.delete(request);
      return taken;
    },
  };
}

function answerOf(kind: Kind, whole: Answer, random: Random): Answer {
  switch (kind) {
    case 'whole':
      return whole;
    case 'unusual but whole':
      return failing(whole, variation(random));
    case 'slow':
      return failing(whole, {
        headersAfterMs: random.between(0, 80),
        firstEventAfterMs: random.between(0, 80),
        betweenEventsMs: random.between(0, 3),
      });
    case 'refused': {
      const status = random.weighted([429, 500, 502, 503, 529].map((one) => [1, one] as const));
      if (random.happens(0.3)) return webPage(status);
      return refuse(status, random.happens(0.3) ? { retryAfterSeconds: random.between(0, 30) } : {});
    }
    case 'quota spent':
      return refuse(429, {
        type: 'GoUsageLimitError',
        message: '5-hour usage limit reached',
        retryAfterSeconds: 1,
      });
    case 'web page':
      return webPage();
    case 'no body':
      return nothing();
    case 'empty':
      return toAnswer([]);
    case 'broken off':
    case 'silent': {
      const how = random.weighted<Break['how']>([
        [1, 'cut'],
        [1, 'hang-up'],
        [1, 'reset'],
      ]);
      const at =
        kind === 'broken off' && random.happens(0.2) ? 'before-headers' : { bytes: random.between(0, 6000) };
      return failing(whole, { breaks: { at, how: kind === 'silent' ? 'silence' : how } });
    }
    case 'error event':
      return failing(whole, {
        errorEvent: {
          at: { events: random.between(0, 20) },
          type: 'overloaded_error',
          continues: random.happens(0.3),
        },
      });
    case 'broken event':
      return failing(whole, { brokenJson: { events: random.between(0, 20) } });
    case 'no ending':
      return failing(whole, { omit: ['finish', 'end'] });
  }
}

function variation(random: Random): Faults {
  return random.weighted<Faults>([
    [2, { writes: random.between(1, 400) }],
    [1, { writes: 'together' }],
    [1, { gzip: 'declared' }],
    [1, { gzip: 'undeclared' }],
    [1, { lineEnd: '\r\n', writes: 17 }],
    [1, { comments: { every: 2, inside: true } }],
    [1, { shape: 'whole' }],
    [1, { omit: ['usage'] }],
    [1, { headers: { 'content-type': 'text/html' } }],
  ]);
}
