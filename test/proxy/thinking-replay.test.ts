/** Thinking goes back unchanged to the provider that made it, and its signatures go to no other provider (P10). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { call, say, think } from '../../lib/emulator/script.ts';
import type { Quirks } from '../../lib/wire/quirks.ts';
import { modelOf, proxyOver, requestBody, type ProxyUnderTest } from '../support/proxy.ts';
import { formats, type Format } from '../support/turns.ts';

const quirks: Partial<Quirks> = { replayReasoning: 'always', unsignedThinking: true };

/** What the next request to the same provider must contain. */
const replayed: Record<Format, RegExp> = {
  chat: /"reasoning_content":"First I look\."/,
  messages: /\{"type":"thinking","thinking":"First I look\.","signature":"c2VhbGVk"\}/,
  responses: /"summary":\[\{"type":"summary_text","text":"First I look\."\}\],"encrypted_content":"c2VhbGVk"/,
  // The emulator sends the signature of thinking in a part of its own, and another one with the call.
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
  test(`thinking from ${format} goes back to its provider only`, async () => {
    await using origin = await over(format);
    const { events } = await origin.send();
    const next = requestBody({
      tools: [{ name: 'Bash', input_schema: { type: 'object', properties: {} } }],
      thinking: { type: 'adaptive' },
      messages: [
        { role: 'user', content: 'hello' },
        { role: 'assistant', content: foldMessage(events)?.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'a file' }] },
      ],
    });
    await origin.send(next);
    assert.match(JSON.stringify(origin.emulator.requests.at(-1)?.body), replayed[format]);

    for (const other of formats) {
      await using elsewhere = await over(other, 'other');
      await elsewhere.send(next);
      const sent = JSON.stringify(elsewhere.emulator.requests.at(-1)?.body);
      assert.match(sent, /a file/);
      assert.doesNotMatch(sent, /c2VhbGVk|ZW11|occ1\./, `${format} to ${other}`);
    }
  });
}
