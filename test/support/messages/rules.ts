/** Checks the calls and results of a Messages conversation; returns a sentence for each broken rule. */
import type { RequestMessage } from '../../../lib/anthropic/request.ts';

/** The rules of Anthropic's API and of MiniMax's error 2013. */
export function brokenPairs(messages: readonly RequestMessage[]): string[] {
  const broken: string[] = [];
  const seen = new Set<string>();
  const ids = (message: RequestMessage | undefined, type: string, field: string): string[] =>
    Array.isArray(message?.content)
      ? message.content.filter((block) => block.type === type).map((block) => String(block[field]))
      : [];
  for (const [at, message] of messages.entries()) {
    const next = messages.slice(at + 1).find(({ role }) => role !== 'system');
    const calls = ids(message, 'tool_use', 'id');
    for (const id of calls) {
      if (seen.has(id)) broken.push(`id ${id} twice`);
      seen.add(id);
      if (!/^[A-Za-z0-9_-]+$/.test(id)) broken.push(`id ${id}`);
      if (ids(next, 'tool_result', 'tool_use_id').filter((one) => one === id).length !== 1)
        broken.push(`${id} without result`);
    }
    const results = ids(message, 'tool_result', 'tool_use_id');
    const before = ids(
      messages.slice(0, at).findLast(({ role }) => role !== 'system'),
      'tool_use',
      'id',
    );
    for (const id of results) if (!before.includes(id)) broken.push(`${id} without call`);
    if (results.length === 0 || !Array.isArray(message.content)) continue;
    const first = message.content.findIndex(({ type }) => type !== 'tool_result');
    if (first >= 0 && first < results.length) broken.push('results do not come first');
  }
  return broken;
}
