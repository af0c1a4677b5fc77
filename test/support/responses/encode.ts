/** Encodes Responses requests for tests and checks them against the format's rules. */
import assert from 'node:assert/strict';
import type { MessagesRequest, RequestMessage } from '../../../lib/anthropic/request.ts';
import type { Route } from '../../../lib/wire/codec.ts';
import { encodeResponsesRequest } from '../../../lib/wire/responses/request.ts';
import type { InputItem, ResponsesRequest } from '../../../lib/wire/responses/types.ts';
import { requestOf, routeOf } from '../requests.ts';
import { brokenRules } from './rules.ts';

export type Fields = Omit<Partial<MessagesRequest>, 'messages'>;

/** Routes like those of the models whose quirks they have. */
export const responsesRoutes = {
  plain: routeOf({ format: 'responses' }),
  gpt: routeOf({
    format: 'responses',
    modelId: 'gpt-6-luna',
    documents: true,
    efforts: ['none', 'low', 'medium', 'high', 'xhigh', 'max'],
    quirks: {
      thinking: 'effort',
      temperature: 'omit',
      topP: 'omit',
      midSystem: 'system',
      mediaInResults: true,
      webSearch: true,
    },
  }),
  muse: routeOf({
    format: 'responses',
    modelId: 'muse-spark-1.3',
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'],
    quirks: { thinking: 'effort' },
  }),
  text: routeOf({ format: 'responses', modelId: 'text-1', images: false, quirks: { jsonSchema: false } }),
} satisfies Record<string, Route>;

const { gpt } = responsesRoutes;

export function encode(
  messages: RequestMessage[],
  fields: Fields = {},
  route: Route = gpt,
): ResponsesRequest {
  const body = encodeResponsesRequest(requestOf(messages, fields), route, 'ses_1');
  assert.deepEqual(brokenRules(body), []);
  return body;
}

export const sent = (messages: RequestMessage[], fields: Fields = {}, route: Route = gpt): InputItem[] =>
  encode(messages, fields, route).input;
