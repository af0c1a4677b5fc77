/**
 * Provenance, end to end (P9, P10): conversations of six turns that go to another upstream after each, across a restart.
 * Turns 1 to 3 and 4 to 6 go through two proxies in processes of their own, which share nothing but what the client
 * returns; every request is judged where it arrives.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startEmulator, type Emulator } from '../../lib/emulator/server.ts';
import { settingsFor } from '../support/proxy.ts';
import { forkProxy, type ForkedProxy } from '../support/cross-provider/forked-proxy.ts';
import { client } from '../support/cross-provider/client.ts';
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
/** Whose signatures are its own affair, and who has none. */
const family = [
  claude(),
  messages('own-signs', { thinking: 'adaptive' }),
  messages('unsigned', { thinking: 'adaptive', unsignedThinking: true }, { unsigned: true }),
];
const neighbours = [
  [chat(), chat('chat-two')],
  [chat(), chat('chat-elsewhere', 'other')],
  [responses(), responses('responses-two')],
  [gemini(), gemini('gemini-two')],
] as const;

let emulator: Emulator;
let proxies: ForkedProxy[] = [];
/** Who is asked next, and what it answers. */
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

/** Six turns, each by the next of `upstreams`. */
async function wander(upstreams: readonly Upstream[], stream: boolean): Promise<void> {
  const made: MadeTurn[] = [];
  const talk = client();
  const fair = requestChecker();
  for (let n = 1; n <= 6; n++) {
    const by = upstreams[(n - 1) % upstreams.length];
    const proxy = proxies[n <= 3 ? 0 : 1];
    assert(by && proxy);
    const said = by.says(n);
    answer = by.stream(said);
    const asked = emulator.requests.at(-1)?.number ?? 0;
    await talk.ask(proxy.url, by.name, stream);
    const request = emulator.requests.at(-1);
    assert.equal(request?.number, asked + 1);
    assert.equal(request.conversation.model, by.name);
    fair(by, request.body, made);
    made.push({ by, said });
  }
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((one) => list.filter((other) => other !== one).map((other): [T, T] => [one, other]));
}

for (const stream of [true, false]) {
  describe(stream ? 'streamed' : 'whole', () => {
    for (const [one, other] of pairs(formats))
      test(`${one.name} and ${other.name} in turns`, () => wander([one, other], stream));
    for (const [one, other] of pairs(family))
      test(`two that speak messages: ${one.name} and ${other.name}`, () => wander([one, other], stream));
    for (const [one, other] of neighbours)
      test(`the same format twice: ${one.name} and ${other.name}`, () => wander([one, other], stream));
    test('three that speak messages in turns', () => wander(family, stream));
    test('all four formats in turns', () => wander(formats, stream));
  });
}
