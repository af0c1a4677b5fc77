/** The items of a Responses answer: what was said, thought and called, each under an id of its own. */
import { argumentsOf, join, type Script, type SentCharacters, type ToolCall } from '../script.ts';
import type { AnswerHead } from './format.ts';

export type Item = Readonly<Record<string, unknown>>;

/** With `text` the item as a whole, without it the one that is announced. */
export function messageItem(head: AnswerHead, at: number, text?: string): Item {
  return {
    id: `msg_${head.id}_${at}`,
    type: 'message',
    status: text === undefined ? 'in_progress' : 'completed',
    role: 'assistant',
    content: text === undefined ? [] : [{ type: 'output_text', annotations: [], text }],
  };
}

/** What is announced holds another encrypted content than the whole, as OpenAI's does. */
export function reasoningItem(head: AnswerHead, at: number, text?: string, signature?: string): Item {
  const whole = text !== undefined;
  return {
    id: `rs_${head.id}_${at}`,
    type: 'reasoning',
    encrypted_content: whole ? (signature ?? `enc_${head.id}_${at}`) : `begun_${head.id}_${at}`,
    summary: text ? [{ type: 'summary_text', text }] : [],
  };
}

export function callItem(head: AnswerHead, at: number, made: ToolCall, args = argumentsOf(made)): Item {
  return {
    id: `fc_${head.id}_${at}`,
    type: 'function_call',
    status: args === '' ? 'in_progress' : 'completed',
    arguments: args,
    call_id: made.id ?? `call_${head.id}_${at}`,
    name: made.name,
  };
}

/** All items of a script, steps of one kind together, and the characters in them. */
export function itemsOf(script: Script, head: AnswerHead): { items: Item[]; sent: SentCharacters } {
  const items: Item[] = [];
  const sent = { thinking: 0, other: 0 };
  let open: { kind: 'text' | 'thinking'; said: string; signature: string | undefined } | undefined;

  function close(): void {
    if (open?.kind === 'text') items.push(messageItem(head, items.length, open.said));
    if (open?.kind === 'thinking') items.push(reasoningItem(head, items.length, open.said, open.signature));
    open = undefined;
  }

  for (const step of script) {
    if (step.type === 'tools') {
      close();
      for (const made of step.calls) {
        sent.other += argumentsOf(made).length;
        items.push(callItem(head, items.length, made));
      }
    } else if (step.type === 'text' || step.type === 'thinking') {
      const text = join(step.text);
      const signature = step.type === 'thinking' ? step.signature : undefined;
      if (text === '' && signature === undefined) continue;
      if (open?.kind !== step.type) close();
      open ??= { kind: step.type, said: '', signature: undefined };
      open.said += text;
      open.signature = signature ?? open.signature;
      sent[step.type === 'text' ? 'other' : 'thinking'] += text.length;
    }
  }
  close();
  return { items, sent };
}
