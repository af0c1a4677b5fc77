/** Renders the status line of a session for every width: the least important parts are left out first. */
import { printableLine } from '../printable.ts';
import { dollars, seconds } from '../terminal/figures.ts';
import type { Style } from '../terminal/style.ts';
import type { SessionAnswer } from './answer.ts';

/** A line and the columns that it takes without its colours. */
export interface Line {
  columns: number;
  text: string;
}

interface Part {
  text: string;
  /** Plain text is already dim in the client's status line. */
  style: 'bold' | 'plain' | 'warning' | 'bad';
}

/** The line in every length, the longest first. */
export function renderLines(answer: SessionAnswer, style: Style): Line[] {
  const variants = variantsOf(answer);
  const lines = variants.map((parts) => {
    const shown = parts
      .flatMap((part) => part ?? [])
      .map((part) => ({ style: part.style, text: printableLine(part.text) }));
    return {
      columns: shown.map(({ text }) => text).join(separator).length,
      text: shown
        .map((part) => (part.style === 'plain' ? part.text : style[part.style](part.text)))
        .join(separator),
    };
  });
  return lines.filter(({ text }, at) => text !== lines[at - 1]?.text);
}

function variantsOf(answer: SessionAnswer): (Part | undefined)[][] {
  if (answer.waiting !== undefined) return waitingVariants(answer.waiting);
  return answer.failure === undefined ? answerVariants(answer) : failureVariants(answer.failure);
}

function waitingVariants({ model, ms }: NonNullable<SessionAnswer['waiting']>): Part[][] {
  const time = `waiting ${seconds(ms)}`;
  return [`${time} for ${model}`, time].map((text) => [{ text, style: 'warning' }]);
}

/** The longest line that fits, else the shortest. */
export function fitting(lines: readonly Line[], columns: number): string {
  return (lines.find((line) => line.columns <= columns) ?? lines.at(-1))?.text ?? '';
}

const separator = ' · ';

function answerVariants(answer: SessionAnswer): (Part | undefined)[][] {
  const { first_content_ms: firstMs, cached, cost, plan, fallback_from: from } = answer;
  const model: Part = { text: answer.model ?? '', style: 'bold' };
  const provider = plain(answer.provider);
  const time = plain(firstMs === undefined ? undefined : `first token ${(firstMs / 1000).toFixed(1)} s`);
  const cache = plain(cached === undefined ? undefined : `cache ${cached} %`);
  const share = plan === undefined ? undefined : `${plan.window} ${plan.percent} %`;
  const spent = plain(share ?? (cost === undefined ? undefined : dollars(cost)));
  const fallback = warning(from && `fallback from ${from.model} (${from.reason})`);
  const budget = warning(
    answer.budget && `${answer.budget.percent} % of the ${answer.budget.period}'s budget`,
  );
  const short = warning(from && `fallback (${from.reason})`);
  return [
    [model, provider, time, cache, spent, fallback, budget],
    [model, provider, cache, spent, fallback, budget],
    [model, provider, spent, fallback, budget],
    [model, provider, fallback, budget],
    [model, fallback, budget],
    [model, fallback],
    [model, short],
    [model],
  ];
}

function failureVariants(failure: NonNullable<SessionAnswer['failure']>): (Part | undefined)[][] {
  const { model, reason, cut, retrying } = failure;
  const what = cut ? 'was cut off' : 'failed';
  const who = model ?? (cut ? 'the answer' : 'all models');
  const next = retrying ? ', retrying' : ': occ why';
  const bad = (text: string): Part[] => [{ text, style: 'bad' }];
  return [bad(`${who} ${what} (${reason})${next}`), bad(`${who} ${what}${next}`), bad(`${what}${next}`)];
}

function plain(text: string | undefined): Part | undefined {
  return text === undefined ? undefined : { text, style: 'plain' };
}

function warning(text: string | undefined): Part | undefined {
  return text === undefined ? undefined : { text, style: 'warning' };
}
