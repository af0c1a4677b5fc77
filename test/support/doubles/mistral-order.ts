/** Mistral's rules about which message may follow which, beyond those of single pairs of roles. */
import { toArray } from '../../../lib/json.ts';
import { asText } from '../loose-json.ts';
import { messagesOf } from './chat-rules.ts';
import type { Rule } from './double.ts';

export const order: readonly Rule[] = [
  {
    name: 'as many results as calls',
    source: 'mistralai/client-ts#106, mistralai/client-python#234',
    bad: (good) => ({
      ...good,
      messages: [
        ...toArray(good['messages']).slice(0, -1),
        { role: 'assistant', content: 'Done.' },
        { role: 'user', content: 'And?' },
      ],
    }),
    violates({ body }) {
      let [calls, results] = [0, 0];
      for (const message of messagesOf(body)) {
        const role = asText(message['role']);
        if (role === 'tool') results++;
        else if (calls !== results) break;
        if (role === 'assistant') [calls, results] = [toArray(message['tool_calls']).length, 0];
      }
      return calls === results
        ? undefined
        : {
            message: 'Not the same number of function calls and responses',
            code: '3230',
            type: 'invalid_request_message_order',
          };
    },
  },
  {
    name: 'the last message is not of the assistant',
    source: 'huggingface/smolagents#757, langchain-ai/langchain#23703',
    bad: (good) => ({
      ...good,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'I' },
      ],
    }),
    violates({ body }) {
      const last = messagesOf(body).at(-1);
      const ends = asText(last?.['role']) === 'assistant' && !last?.['prefix'];
      return ends
        ? {
            message:
              'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
            type: 'invalid_request_message_order',
            code: '3230',
          }
        : undefined;
    },
  },
];
