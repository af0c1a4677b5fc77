/** The upstream at its worst: it delays, resets at any byte, refuses, sends web pages, empty and truncated answers. */
import { failing, nothing, refuse, toAnswer, webPage, type Answer } from '../../lib/emulator/answer.ts';
import type { ReceivedRequest } from '../../lib/emulator/received-request.ts';
import type { Break, Faults } from '../../lib/emulator/faults.ts';
import type { Ending } from '../../lib/emulator/play.ts';
import { chanceOf, type Chance } from './random.ts';
import { plannedAnswer, scriptOf } from './plan.ts';

/** One attempt as the upstream saw it. */
export interface Served {
  model: string;
  /** What it was answered with. */
  kind: Kind;
  /** `performance.now()`. */
  arrivedAt: number;
  /** How its answer ended; undefined while it goes on. */
  ended?: Ending['how'];
}

const kinds = [
  [40, 'whole'],
  [12, 'odd but whole'],
  [12, 'slow'],
  [6, 'refused'],
  [0.5, 'plan spent'],
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

/** Kinds whose answer, sent to its end, is a whole one. */
export const wholeKinds: ReadonlySet<Kind> = new Set(['whole', 'odd but whole', 'slow']);

export interface BadUpstream {
  script: (asked: ReceivedRequest) => Answer;
  /** How many answers go on. */
  live(): number;
  /** The attempts for one request, which are forgotten by asking. */
  take(request: string): Served[];
}

export function badUpstream(seed: number): BadUpstream {
  const served = new Map<string, Served[]>();
  let live = 0;

  function script({ conversation: { model, prompt }, ended }: ReceivedRequest): Answer {
    const before = served.get(prompt) ?? [];
    const chance = chanceOf(seed, prompt, model, before.length);
    const kind = chance.weighted(kinds.map(([weight, one]) => [weight, one]));
    const attempt: Served = { model, kind, arrivedAt: performance.now() };
    served.set(prompt, [...before, attempt]);
    live++;
    void ended.then(({ how }) => {
      live--;
      attempt.ended = how;
    });
    return answerOf(kind, { script: scriptOf(plannedAnswer(seed, prompt, model)) }, chance);
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

function answerOf(kind: Kind, whole: Answer, chance: Chance): Answer {
  switch (kind) {
    case 'whole':
      return whole;
    case 'odd but whole':
      return failing(whole, oddities(chance));
    case 'slow':
      return failing(whole, {
        headersAfterMs: chance.between(0, 80),
        firstEventAfterMs: chance.between(0, 80),
        betweenEventsMs: chance.between(0, 3),
      });
    case 'refused': {
      const status = chance.weighted([429, 500, 502, 503, 529].map((one) => [1, one] as const));
      if (chance.happens(0.3)) return webPage(status);
      return refuse(status, chance.happens(0.3) ? { retryAfterSeconds: chance.between(0, 30) } : {});
    }
    case 'plan spent':
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
      const how = chance.weighted<Break['how']>([
        [1, 'cut'],
        [1, 'hang-up'],
        [1, 'reset'],
      ]);
      const at =
        kind === 'broken off' && chance.happens(0.2) ? 'before-headers' : { bytes: chance.between(0, 6000) };
      return failing(whole, { breaks: { at, how: kind === 'silent' ? 'silence' : how } });
    }
    case 'error event':
      return failing(whole, {
        errorEvent: {
          at: { events: chance.between(0, 20) },
          type: 'overloaded_error',
          continues: chance.happens(0.3),
        },
      });
    case 'broken event':
      return failing(whole, { brokenJson: { events: chance.between(0, 20) } });
    case 'no ending':
      return failing(whole, { omit: ['finish', 'end'] });
  }
}

function oddities(chance: Chance): Faults {
  return chance.weighted<Faults>([
    [2, { writes: chance.between(1, 400) }],
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
