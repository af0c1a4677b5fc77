/** An emulated model that gives public kits what a real one would: it calls the tool it is offered, fits schemas, and thinks. */
import type { ReceivedRequest } from '../../../lib/emulator/received-request.ts';
import { sampleOf } from '../../../lib/emulator/sample.ts';
import { callTogether, say, think, type Script } from '../../../lib/emulator/script.ts';

export function kitModel({ conversation, format }: Pick<ReceivedRequest, 'conversation' | 'format'>): Script {
  const { prompt, tools, done, schema } = conversation;
  const thought = think('This needs a moment.', format === 'messages' ? 'sig' : undefined);
  if (tools.length > 0 && done.length === 0) {
    const asked =
      tools.length === 1 && /\b(?:both|two|twice|parallel)\b/i.test(prompt) ? [...tools, ...tools] : tools;
    const calls = asked.map(({ name, schema: input }) => ({ name, input: sampleOf(input, 'Paris') }));
    return [callTogether(...calls)];
  }
  if (schema) return [say(JSON.stringify(sampleOf(schema, 'red')))];
  const exact = prompt.includes('PONG')
    ? 'PONG'
    : /(?:exactly|only|with|say) ["`]([^"`]+)["`]/i.exec(prompt)?.[1];
  return [...(/reason/i.test(prompt) ? [thought] : []), say(exact ?? 'Hello there, 1 2 3 4 5.')];
}
