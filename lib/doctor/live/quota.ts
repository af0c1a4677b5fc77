/** How much of an OpenCode Go plan is used, where the provider says so. */
import { isObject, parseJson, toNumber, toObject, toText } from '../../stream/json.ts';
import { userAgent } from '../../version.ts';
import { readBounded } from '../body.ts';
import type { Check, Look, Subject } from '../check.ts';

/** Percent from which on it is worth a warning. */
const mostPercent = 90;

export const quota: Check = {
  code: 'quota',
  title: 'how much of the plan is used',
  kind: 'live',
  scope: 'provider',
  needs: ['key'],
  limitMs: 15_000,
  requests: 1,
  async look(context, subject): Promise<Look> {
    const url = usageUrl(subject);
    if (url === undefined) return { level: 'skipped', summary: 'the provider has no such report' };
    const upstream = await context.upstream();
    const key = subject.provider?.keys[0]?.reveal() ?? '';
    const answer = await upstream.get(
      url,
      { authorization: `Bearer ${key}`, accept: 'application/json', 'user-agent': userAgent },
      context.gone,
    );
    const body = parseJson(await readBounded(answer.body));
    const windows = Object.entries(toObject(isObject(body) ? body['usage'] : undefined)).filter(
      ([, window]) => isObject(window),
    );
    if (answer.status !== 200 || windows.length === 0) {
      return { level: 'skipped', summary: `the provider does not tell (status ${answer.status})` };
    }
    const parts = windows.map(([name, window]) => {
      const { percent, status, resetsAt } = toObject(window);
      return {
        name: names[name] ?? name,
        percent: toNumber(percent) ?? 0,
        spent: status === 'rate-limited',
        resetsAt,
      };
    });
    const summary = parts.map(({ name, percent }) => `${name} ${percent} %`).join(', ');
    const spent = parts.find((part) => part.spent || part.percent >= mostPercent);
    if (spent === undefined) return { level: 'ok', summary };
    const text = `it resets ${toText(spent.resetsAt) || 'later'}; fallbacks of another provider answer meanwhile`;
    return { level: 'warn', summary: `${summary} used`, fault: 'client', remedy: { text, commands: [] } };
  },
};

const names: Readonly<Record<string, string>> = { rolling: '5 hours', weekly: 'week', monthly: 'month' };

/** Beside the endpoints, in both generations of addresses; only Go has one. */
function usageUrl({ provider, name }: Subject): string | undefined {
  const chat = provider?.endpoints.chat;
  if (name !== 'opencode-go' || chat === undefined) return undefined;
  const root = /^(.*?)(?:\/openai)?(\/v1)\/chat\/completions$/.exec(chat);
  return root === null ? undefined : `${root[1]}${root[2]}/usage`;
}
