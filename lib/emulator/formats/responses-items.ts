/** The items of a Responses answer: messages, reasoning and calls, each with its own id. */
import { argumentsOf, join, type Script, type SentCharacters, type ToolCall } from '../script.ts';
import type { AnswerHead } from './format.ts';

export type Item = Readonly<Record<string, unknown>>;

/** The complete item, or without `text` the item of `output_item.added`. */
export function messageItem(head: AnswerHead, at: number, text?: string): Item {
  return {
    id: `msg_${head.id}_${at}`,
    type: 'message',
    status: text === undefined ? 'in_progress' : 'completed',
    role: 'assistant',
    content: text === undefined ? [] : [{ type: 'output_text', annotations: [], text }],
  };
}

/** As for OpenAI, the item of `output_item.added` has another encrypted content than the complete one. */
export function reasoningItem(head: AnswerHead, at: number, text?: string, signature?: string): Item {
  const complete = text !== undefined;
  return {
    id: `rs_${head.id}_${at}`,
    type: 'reasoning',
    encrypted_content: complete ? (signature ?? `enc_${head.id}_${at}`) : `begun_${head.id}_${at}`,
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

/** The items of a script, with consecutive steps of one type joined, and their number of characters. */
export function itemsOf(script: Script, head: AnswerHead): { items: Item[]; sent: SentCharacters } {
  const items: Item[] = [];
  const sent = { thinking: 0, other: 0 };
  let open: { kind: 'text' | 'thinking'; text: string; signature: string | undefined } | undefined;

  function close(): void {
    if (open?.kind === 'text') items.push(messageItem(head, items.length, open.text));
    if (open?.kind === 'thinking') items.push(reasoningItem(head, items.length, open.text, open.signature));
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
      open ??= { kind: step.type, text: '', signature: undefined };
      open.text += text;
      open.signature = signature ?? open.signature;
      sent[step.type === 'text' ? 'other' : 'thinking'] += text.length;
    }
  }
  close();
  return { items, sent };
}
