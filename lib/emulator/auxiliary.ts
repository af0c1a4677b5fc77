/**
 * Answers to what Claude Code asks on the side: a title for the session, a verdict on a tool call, a summary of a long
 * conversation. Each is recognised by structure, as the road's own routing does (claude-code facts 2.6 to 2.8).
 */
import type { Conversation } from './conversation.ts';
import { sampleOf } from './sample.ts';
import { finish, say, type Script } from './script.ts';

/** An answer that must obey a schema, such as a title, is the smallest that does. */
export function answerSchema({ schema, prompt }: Conversation): Script | undefined {
  if (!schema) return undefined;
  const words = prompt.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}.'-]+/gu) ?? [];
  return [say(JSON.stringify(sampleOf(schema, ['Emulator:', ...words.slice(0, 5)].join(' '))))];
}

/** The verdicts of auto mode's classifier: nothing the emulator's own agent calls for is dangerous. */
const verdicts: Readonly<Record<string, string>> = { '</severity>': '<severity>0', '</block>': '<block>no' };

/** Stage 1 ends at a stop word; stage 2 has none, and thinks aloud first. */
export function answerClassifier({ stops, prompt, system, tools }: Conversation): Script | undefined {
  for (const stop of stops) {
    const verdict = verdicts[stop];
    if (verdict !== undefined) return [say(verdict), finish('stop', stop)];
  }
  if (tools.length > 0 || !prompt.startsWith('<transcript>') || !/security monitor/i.test(system))
    return undefined;
  return [say('<thinking>The emulator only ever calls for harmless things.</thinking><block>no</block>')];
}

/** The request to sum up a conversation before it outgrows the window. */
export function summarize({ prompt }: Conversation): Script | undefined {
  if (!prompt.startsWith('CRITICAL: Respond with TEXT ONLY') || !prompt.includes('<summary>'))
    return undefined;
  return [
    say(
      '<summary>\nThe conversation so far was held with the built-in emulator of occ, which does not read what it ' +
        'sums up. Nothing is left to do; wait for the next request.\n</summary>',
    ),
  ];
}
