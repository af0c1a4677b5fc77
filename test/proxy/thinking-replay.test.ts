/** Thinking through the proxy and back (P10): what its maker needs returns to it exactly, and reaches nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { call, say, think } from '../../lib/emulator/script.ts';
import type { Quirks } from '../../lib/wire/quirks.ts';
import { modelOf, proxyOver, requestBody, type ProxyUnderTest } from '../support/proxy.ts';
import { formats, type Format } from '../support/turns.ts';

const quirks: Partial<Quirks> = { replayReasoning: 'always', unsignedThinking: true };

/** What must stand in the next request to the model that thought. */
const home: Record<Format, RegExp> = {
  chat: /"reasoning_content":"First I look\."/,
  messages: /\{"type":"thinking","thinking":"First I look\.","signature":"c2VhbGVk"\}/,
  responses: /"summary":\[\{"type":"summary_text","text":"First I look\."\}\],"encrypted_content":"c2VhbGVk"/,
  // As the emulator sends it: the signature in a part of its own, and one of the call's.
  gemini:
    /"First I look\.","thought":true\},\{"text":"","thought":true,"thoughtSignature":"c2VhbGVk"\}.*"thoughtSignature":"ZW11/,
};

function over(format: Format, provider = 'emulator'): Promise<ProxyUnderTest> {
  const script = () => [
    think('First I look.', 'c2VhbGVk'),
    say('I look.'),
    call('Bash', { command: 'ls' }, 'call_1'),
  ];
  return proxyOver({
    models: [modelOf('only', { wire_format: format, provider, quirks })],
    emulator: { script, flavour: 'plain' },
  });
}

for (const format of formats) {
  test(`what ${format} thought goes home and nowhere else`, async () => {
    await using maker = await over(format);
    const { events } = await maker.send();
    const next = requestBody({
      tools: [{ name: 'Bash', input_schema: { type: 'object', properties: {} } }],
      thinking: { type: 'adaptive' },
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: foldMessage(events)?.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'a file' }] },
      ],
    });
    await maker.send(next);
    assert.match(JSON.stringify(maker.emulator.requests.at(-1)?.body), home[format]);

    for (const other of formats) {
      await using stranger = await over(other, 'other');
      await stranger.send(next);
      const sent = JSON.stringify(stranger.emulator.requests.at(-1)?.body);
      assert.match(sent, /a file/);
      assert.doesNotMatch(sent, /c2VhbGVk|ZW11|occ1\./, `${format} to ${other}`);
    }
  });
}
