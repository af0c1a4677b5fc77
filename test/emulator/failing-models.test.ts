/** Tests the models of the emulator whose id says how they fail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingIds } from '../../lib/emulator/failing-models.ts';
import { say } from '../../lib/emulator/script.ts';
import { bounded, paths, withEmulator } from './support.ts';
import type { Emulator } from '../../lib/emulator/server.ts';

interface Answered {
  status: number;
  text: string;
  /** The connection broke within the body. */
  broke: boolean;
}

async function ask(emulator: Emulator, model: string, stream = true): Promise<Answered> {
  const body = { model, stream, max_tokens: 100, messages: [{ role: 'user', content: 'Hello there.' }] };
  const response = await fetch(emulator.url + paths.messages, { method: 'POST', body: JSON.stringify(body) });
  const { status } = response;
  try {
    return { status, text: await response.text(), broke: false };
  } catch {
    return { status, text: '', broke: true };
  }
}

const isWhole = ({ status, text }: Answered): boolean => status === 200 && text.includes('message_stop');

test('a model that refuses does so every time, whatever the prompt', bounded, async () => {
  await withEmulator({}, async (emulator) => {
    for (const stream of [true, false, true])
      assert.equal((await ask(emulator, 'refuse-429', stream)).status, 429);
    assert.equal((await ask(emulator, 'refuse-503')).status, 503);
  });
});

test('a model that breaks off does so every time', bounded, async () => {
  await withEmulator({}, async (emulator) => {
    for (let i = 0; i < 2; i++) {
      const { status, text } = await ask(emulator, 'cut');
      assert.equal(status, 200);
      assert.match(text, /content_block_delta/);
      assert.doesNotMatch(text, /message_stop/);
    }
    assert.equal((await ask(emulator, 'reset')).broke, true);
  });
});

test(
  'a model that fails once answers from then on, and a request without a stream does not count',
  bounded,
  async () => {
    await withEmulator({}, async (emulator) => {
      assert.equal((await ask(emulator, 'cut-once', false)).status, 200);
      assert.equal(isWhole(await ask(emulator, 'cut-once')), false);
      for (let i = 0; i < 2; i++) assert.equal(isWhole(await ask(emulator, 'cut-once')), true);
      assert.equal((await ask(emulator, 'refuse-429-once')).status, 429);
      assert.equal(isWhole(await ask(emulator, 'refuse-429-once')), true);
    });
  },
);

test('each emulator begins anew', bounded, async () => {
  for (let i = 0; i < 2; i++)
    await withEmulator({}, async (emulator) => {
      assert.equal(isWhole(await ask(emulator, 'cut-once')), false);
    });
});

test('a scripted emulator has no such models', bounded, async () => {
  await withEmulator({ script: () => [say('hi')] }, async (emulator) => {
    assert.equal(isWhole(await ask(emulator, 'refuse-429')), true);
  });
});

for (const id of ['emulator-chat', 'refuse', 'refuse-200', 'cut-twice', 'once', '-once', 'constructor'])
  test(`"${id}" is an ordinary model`, bounded, async () => {
    await withEmulator({}, async (emulator) => {
      assert.equal(isWhole(await ask(emulator, id)), true);
    });
  });

test('every documented id fails', bounded, async () => {
  await withEmulator({}, async (emulator) => {
    for (const [id] of failingIds) {
      // It never ends.
      if (id === 'stall') continue;
      const answer = await ask(emulator, id.replace('<status>', '500'));
      const complete =
        isWhole(answer) && !answer.text.includes('"type":"error"') && !hasBrokenJson(answer.text);
      assert.equal(complete, false, `${id}: ${answer.text}`);
    }
  });
});

function hasBrokenJson(text: string): boolean {
  return text.split('\n').some((line) => {
    if (!line.startsWith('data: ')) return false;
    try {
      JSON.parse(line.slice('data: '.length));
      return false;
    } catch {
      return true;
    }
  });
}
