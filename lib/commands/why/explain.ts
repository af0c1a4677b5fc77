/** Explains a request in a few sentences: what was asked, who failed and in whose words, what occ did, what the client got. */
import type { AttemptRecord } from '../../proxy/recent.ts';
import { cacheShare, describeCauses, isBreak, type CacheRecord } from '../../proxy/policy/cache-causes.ts';
import { describeAttempt, describeBreak, ownWords } from '../../proxy/policy/words.ts';
import { amount, seconds, shortId } from '../../terminal/figures.ts';
import { adviceFor, reportFor, type Advice } from './advice.ts';
import type { Explained, ExplainedRequest } from './explained.ts';

export interface Explanation {
  /** Why this request is explained, if none was asked for and none failed. */
  intro?: string;
  /** How the request ended, in a few words. */
  title: string;
  asked: string;
  /** What happened, step by step. */
  steps: string[];
  result: string;
  /** Why something is missing here. */
  note?: string;
  next: Advice[];
}

export function explain({ request, source }: Explained): Explanation {
  const failed = request.attempts.some(isFailure);
  return {
    title: titles[request.ending],
    asked: askedFor(request),
    steps: stepsOf(request),
    result: resultOf(request),
    ...(source === 'log' && failed && { note: withoutWords }),
    next: [
      ...adviceFor(request),
      ...(source === 'memory' ? reportFor(request) : []),
      [`occ logs --request ${shortId(request.id)}`, 'read the lines of the log about it'],
    ],
  };
}

const withoutWords =
  'The log does not hold what the providers said, since that may quote the conversation. Only the proxy that received it remembers it, as long as it runs.';

const titles: Readonly<Record<ExplainedRequest['ending'], string>> = {
  answered: 'answered',
  refused: 'failed',
  cut: 'broke off',
  left: 'the client left',
  unknown: 'not finished, as far as the log says',
};

function askedFor({ model, tier, route, requestClass, agent }: ExplainedRequest): string {
  if (model === '') return 'The request was refused before its model was read.';
  const facts = [
    ...(tier === undefined ? [] : [`tier ${tier}`]),
    ...(requestClass === undefined || requestClass === 'main' ? [] : [`request class ${requestClass}`]),
    ...(agent === undefined ? [] : ['of a sub-agent']),
  ];
  const what = `The client asked for ${model}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}.`;
  return route === '' ? what : `${what} Route: ${route}.`;
}

function stepsOf({ attempts, repairs, passedOver }: ExplainedRequest): string[] {
  const changes = [...repairs];
  const steps = attempts.flatMap((attempt, i): string[] => {
    const step = describeStep(attempt);
    // A change is followed by another attempt of the same model.
    const at = changes.findIndex(({ model }) => model === attempt.model);
    if (!isFailure(attempt) || at < 0 || attempts[i + 1]?.model !== attempt.model) return [step];
    const [change] = changes.splice(at, 1);
    return [step, `occ changed the request, because ${attempt.model} ${change?.what}, and sent it again`];
  });
  return [...steps, ...passedOver.map(({ model, reason }) => `${model} was not tried: ${reason}`)];
}

function isFailure({ outcome }: AttemptRecord): boolean {
  return outcome === 'refused' || outcome === 'failed';
}

function describeStep(attempt: AttemptRecord): string {
  const { model, otherModel, outcome, ms, words, trouble, position } = attempt;
  const after = ms > 0 ? ` after ${seconds(ms)}` : '';
  if (outcome === 'answered') return `${model} answered in ${seconds(ms)}${calling(otherModel)}`;
  if (outcome === 'abandoned') return `${model} was asked until the client left or occ was stopped${after}`;
  const what = position === 'after_content' ? describeBreak(attempt) : describeAttempt(attempt);
  // An upstream's words are followed by what they mean to occ. A failure that only occ noticed is in its words already.
  const meaning =
    words !== undefined && (trouble === undefined || trouble === 'upstream') ? ownWords(attempt) : '';
  return `${what.replace(/\.$/, '')}${meaning === '' ? '' : ` — ${meaning}`}${after === '' ? '' : ` (${after.trim()})`}`;
}

/** A provider that answers with another model than was asked for often says so. */
function calling(otherModel: string | undefined): string {
  return otherModel === undefined ? '' : `, and called its model ${otherModel}`;
}

function resultOf(explained: ExplainedRequest): string {
  const { ending, answered, fallbackFrom, error, ms, usage, cache, attempts, refusedBecause } = explained;
  switch (ending) {
    case 'answered': {
      const who = answered?.model ?? 'A model';
      const instead = fallbackFrom ? ` instead of ${fallbackFrom.model}` : '';
      const used = usage
        ? `, with ${amount(usage.input + usage.cached)} tokens in${ofCache(cache)} and ${amount(usage.output)} out`
        : '';
      return `${who} answered${instead} after ${seconds(ms)}${used}. ${fallbackFrom ? 'The client did not notice the failure. ' : ''}${cacheBreak(cache)}`.trim();
    }
    case 'cut':
      return `The client had received a part of the answer, so no other model could answer: it received an error (${error?.type}). Claude Code then asks again by itself.`;
    case 'left':
      return `The client disconnected after ${seconds(ms)}, so nothing else was tried.`;
    case 'unknown':
      return 'The log has no end of it: it still runs, or its proxy has ended.';
    case 'refused':
  }
  const got = `${error?.status} (${error?.type})`;
  if (attempts.length === 0 && error?.class === undefined)
    return `occ itself refused the request, and the client received ${got}: ${refusedBecause ?? error?.message ?? ''}`;
  if (error?.class === 'client')
    return `${attempts.at(-1)?.model ?? 'The provider'} refused the request itself, so no other model was tried, and the client received ${got} in the words of the provider.`;
  const then = error?.permanent
    ? 'It was told not to try again, since that would not help.'
    : 'It tries again by itself; Claude Code does so up to ten times, for three to five minutes.';
  return `No model answered, so the client received ${got} after ${seconds(ms)}. ${then}`;
}

function ofCache(cache: CacheRecord | undefined): string {
  const share = cache && cacheShare(cache);
  return share === undefined ? '' : ` (${share} % of them from the prompt cache)`;
}

/** Why the prompt cache had less than before. */
function cacheBreak(cache: CacheRecord | undefined): string {
  if (cache === undefined || !isBreak(cache)) return '';
  const { input, possible, causes = [] } = cache;
  const most = `so ${amount(possible)} of its ${amount(input)} tokens could be read from it`;
  return `The prompt cache did not hold the whole earlier prompt (${describeCauses(causes)}), ${most}.`;
}
