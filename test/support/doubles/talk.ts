/** Holds a conversation with a double through the proxy, and judges each of its turns. */
import { judge, sendOnce, type Sent, type Verdict } from './cell.ts';
import { compacted, reply, type Block, type Conversation, type Message } from './conversations.ts';
import type { Double } from './double.ts';
import { modelNamed, proxyOverDoubles } from './proxy.ts';
import { sdkMessage } from '../sdk-message.ts';

const turns = 6;

/** The verdict of the first turn that went wrong, else the one with the most refusals. */
export async function talk(conversation: Conversation, double: Double, other: Double): Promise<Verdict> {
  await using over = await proxyOverDoubles([double, other]);
  let messages: Message[] = [...conversation.first];
  let worst: Verdict = { kind: 'ok', refusals: 0 };
  for (let turn = 0; turn < turns; turn++) {
    if (turn === conversation.expires) over.seals[double.name]?.expire();
    if (turn === conversation.compacts) messages = [...compacted];
    const elsewhere = conversation.others?.includes(turn) ?? false;
    const body = { ...conversation.fields, model: modelNamed(elsewhere ? other : double), messages };
    const { verdict, first } = elsewhere ? await passed(over, body) : await judge(over, double, body);
    if (verdict.kind !== 'ok') return { ...verdict, why: `turn ${turn + 1}: ${verdict.why ?? ''}` };
    if (verdict.refusals > worst.refusals) worst = verdict;
    const answer = await blocksOf(first);
    messages = [...messages, { role: 'assistant', content: answer }, ...reply(conversation, turn, answer)];
  }
  return worst;
}

async function passed(
  over: Parameters<typeof sendOnce>[0],
  body: object,
): Promise<{ verdict: Verdict; first: Sent }> {
  const first = await sendOnce(over, body);
  const { error } = first.response;
  const why = error?.message.slice(0, 200);
  return {
    verdict:
      why === undefined
        ? { kind: 'ok', refusals: 0 }
        : { kind: 'failed', refusals: 0, why: `the other: ${why}` },
    first,
  };
}

async function blocksOf({ response }: Sent): Promise<readonly Block[]> {
  const message = (response.message ?? (await sdkMessage(response.events))) as { content: readonly Block[] };
  return message.content;
}
