/**
 * Provenance, end to end (P9, P10): conversations of six turns that change the upstream after each turn, across a restart.
 * Turns 1 to 3 and 4 to 6 go through two proxy processes that share only what the client sends back. Every request is
 * checked at the upstream.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { settingsFor } from '../support/proxy.ts';
import { forkProxy, type ForkedProxy } from '../support/cross-provider/forked-proxy.ts';
import { client } from '../support/cross-provider/clients/client.ts';
import { picture } from '../support/cross-provider/clients/conversation.ts';
import { servedEndpoints } from '../../lib/wire/served-paths.ts';
import type { WireFormat } from '../../lib/wire/formats.ts';
import { requestChecker, type MadeTurn } from '../support/cross-provider/request-checker.ts';
import {
  chat,
  claude,
  gemini,
  messages,
  responses,
  type Upstream,
} from '../support/cross-provider/upstreams.ts';

const formats = [chat(), claude(), responses(), gemini()];
/** Messages upstreams with genuine signatures, with signatures of their own, and without signatures. */
const family = [
  claude(),
  messages('own-signs', { thinking: 'adaptive' }, { signsCalls: true }),
  messages('unsigned', { thinking: 'adaptive', unsignedThinking: true }, { unsigned: true }),
];
const neighbours = [
  [chat(), chat('chat-two')],
  [chat(), chat('chat-elsewhere', 'other')],
  [responses(), responses('responses-two')],
  [gemini(), gemini('gemini-two')],
] as const;

/** The formats that clients speak besides Anthropic's. */
const clients = (Object.keys(servedEndpoints) as WireFormat[]).filter((name) => name !== 'messages');

let emulator: Emulator;
let proxies: ForkedProxy[] = [];
/** The body of the next answer. */
let answer = '';

before(async () => {
  emulator = await startEmulator({
    script: () => ({
      reply: { status: 200, headers: { 'content-type': 'text/event-stream' }, body: answer },
    }),
  });
  const all = [...formats, ...family, ...neighbours.flat()];
  const settings = settingsFor(emulator.url, {
    change: (given) => ({
      ...given,
      models: { ...given.models, ...Object.fromEntries(all.map(({ name, entry }) => [name, entry])) },
      fallbacks: {},
    }),
  });
  proxies = [await forkProxy(settings), await forkProxy(settings)];
});

after(async () => {
  for (const proxy of proxies) await proxy.stop();
  await emulator.close();
});

/** Six turns that alternate between `upstreams`. */
async function converse(
  upstreams: readonly Upstream[],
  stream: boolean,
  language: WireFormat = 'messages',
): Promise<void> {
  const made: MadeTurn[] = [];
  const conversation = client(language);
  const checkRequest = requestChecker();
  for (let n = 1; n <= 6; n++) {
    const by = upstreams[(n - 1) % upstreams.length];
    const proxy = proxies[n <= 3 ? 0 : 1];
    assert(by && proxy);
    const said = by.turn(n);
    answer = by.stream(said);
    const before = emulator.requests.at(-1)?.number ?? 0;
    await conversation.send(proxy.url, by.name, stream);
    const request = emulator.requests.at(-1);
    assert.equal(request?.number, before + 1);
    assert.equal(request.conversation.model, by.name);
    checkRequest(by, request.body, made);
    if (n > 3) assert(JSON.stringify(request.body).includes(picture), 'the picture is missing');
    made.push({ by, parts: said });
  }
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((one) => list.filter((other) => other !== one).map((other): [T, T] => [one, other]));
}

for (const stream of [true, false]) {
  describe(stream ? 'streamed' : 'whole', () => {
    for (const [one, other] of pairs(formats))
      test(`${one.name} and ${other.name} in turn`, () => converse([one, other], stream));
    for (const [one, other] of pairs(family))
      test(`two messages upstreams: ${one.name} and ${other.name}`, () => converse([one, other], stream));
    for (const [one, other] of neighbours)
      test(`the same format twice: ${one.name} and ${other.name}`, () => converse([one, other], stream));
    test('three messages upstreams in turn', () => converse(family, stream));
    test('all four formats in turn', () => converse(formats, stream));
    for (const language of clients) {
      for (const upstream of formats)
        test(`a ${language} client on ${upstream.name}`, () => converse([upstream], stream, language));
      for (const [one, other] of pairs(formats))
        test(`a ${language} client, ${one.name} and ${other.name} in turn`, () =>
          converse([one, other], stream, language));
    }
  });
}
