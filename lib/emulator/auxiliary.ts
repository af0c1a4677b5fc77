/**
 * Answers the auxiliary requests of Claude Code: a title for the session, the classification of a tool call, a summary of
 * a long conversation. Each is recognised by its structure, as in the proxy's routing.
 */
import { toObject } from '../json.ts';
import type { Conversation } from './conversation.ts';
import { sampleOf } from './sample.ts';
import { call, finish, say, type Script } from './script.ts';

/** The smallest answer that matches the requested schema, for example that of a title. */
export function answerSchema({ schema, prompt }: Conversation): Script | undefined {
  if (!schema) return undefined;
  const words = prompt.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}.'-]+/gu) ?? [];
  return [say(JSON.stringify(sampleOf(schema, ['Emulator:', ...words.slice(0, 5)].join(' '))))];
}

/** Answers to auto mode's classifier, by stop sequence: the tool calls of the emulator's agent are harmless. */
const verdicts: Readonly<Record<string, string>> = { '</severity>': '<severity>0', '</block>': '<block>no' };

/**
 * Stage 1 of the classifier has a stop sequence. Stage 2 has none and expects thinking first. That of Qwen Code has a tool for
 * the answer.
 */
export function answerClassifier({ stops, prompt, system, tools }: Conversation): Script | undefined {
  const [only] = tools;
  if (tools.length === 1 && only && 'shouldBlock' in toObject(only.schema['properties']))
    return [call(only.name, { ...toObject(sampleOf(only.schema, 'harmless')), shouldBlock: false })];
  for (const stop of stops) {
    const verdict = verdicts[stop];
    if (verdict !== undefined) return [say(verdict), finish('stop', stop)];
  }
  if (tools.length > 0 || !prompt.startsWith('<transcript>') || !/security monitor/i.test(system))
    return undefined;
  return [say('<thinking>The emulator only ever calls for harmless things.</thinking><block>no</block>')];
}

/**
 * Answers the request for a summary, which Claude Code sends when the conversation is about to exceed the context window or
 * has exceeded it. Then it can follow a prompt that was not answered: formats join adjacent messages of the user.
 */
export function summarize({ prompt }: Conversation): Script | undefined {
  if (!/^CRITICAL: Respond with TEXT ONLY/m.test(prompt) || !prompt.includes('<summary>')) return undefined;
  return [
    say(
      '<summary>\nThe conversation so far was held with the built-in emulator of occ, which does not read what it ' +
        'sums up. Nothing is left to do; wait for the next request.\n</summary>',
    ),
  ];
}
