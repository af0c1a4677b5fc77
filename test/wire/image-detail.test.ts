/** How closely a model shall look at an image: both of OpenAI's formats say it, and no other format gets a field for it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessagesRequest } from '../../lib/anthropic/request.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { readRequest } from '../support/chat/served.ts';
import { routeOf } from '../support/requests.ts';
import { readBody } from '../support/responses/served.ts';

const data = 'data:image/png;base64,iVBORw0=';
const web = 'https://example.com/a.png';

/** A question with an image, from a client of each format that can say it. */
const clients: Record<string, (url: string, detail: unknown) => MessagesRequest> = {
  chat: (url, detail) =>
    readRequest({
      model: 'm',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url, detail } }] }],
    }).request,
  responses: (url, detail) =>
    readBody({
      model: 'm',
      input: [{ role: 'user', content: [{ type: 'input_image', image_url: url, detail }] }],
    }).request,
  'responses, as a result': (url, detail) =>
    readBody({
      model: 'm',
      input: [
        { type: 'function_call', call_id: 'c', name: 'look', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [{ type: 'input_image', image_url: url, detail }],
        },
      ],
    }).request,
};

function sent(
  request: MessagesRequest,
  format: 'chat' | 'responses' | 'messages' | 'gemini',
  betas = false,
): string {
  const route = routeOf({ format, images: true, quirks: { betas } });
  return JSON.stringify(codecs[format].encodeRequest(request, route));
}

for (const [client, ask] of Object.entries(clients))
  describe(client, () => {
    for (const url of [data, web])
      for (const detail of ['low', 'high', 'original'])
        test(`${detail} reaches an upstream of either format: ${url.slice(0, 5)}`, () => {
          const request = ask(url, detail);
          // Chat Completions has no `original`.
          const inChat = detail === 'original' ? 'high' : detail;
          assert.ok(sent(request, 'chat').includes(`"image_url":{"url":"${url}","detail":"${inChat}"}`));
          assert.match(sent(request, 'responses'), new RegExp(`"type":"input_image","detail":"${detail}"`));
        });

    for (const nothing of [undefined, null, 'auto', 'huge', 7])
      test(`${String(nothing)} is the default`, () => {
        const request = ask(data, nothing);
        assert.doesNotMatch(sent(request, 'chat'), /detail/);
        assert.match(sent(request, 'responses'), /"type":"input_image","detail":"auto"/);
      });

    test('messages and gemini have no such field', () => {
      for (const betas of [true, false])
        assert.doesNotMatch(sent(ask(data, 'low'), 'messages', betas), /detail/);
      assert.doesNotMatch(sent(ask(data, 'low'), 'gemini'), /detail/);
    });
  });
