/** Round trips per format: the decoder reads what the emulator writes, and an encoded conversation keeps its content. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Usage } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { ContentBlock, RequestMessage } from '../../lib/anthropic/request.ts';
import type { EmulatedFormat, Flavour } from '../../lib/emulator/formats/format.ts';
import * as emulatedFormats from '../../lib/emulator/formats/table.ts';
import {
  callTogether,
  finish,
  join,
  say,
  think,
  usage,
  type Script,
  type Step,
  type ToolCall,
} from '../../lib/emulator/script.ts';
import { codecs } from '../../lib/wire/codecs.ts';
import { nastyText, runs, toolInput, toolName } from '../support/arbitraries.ts';
import { assertSameContent } from '../support/same-content.ts';
import { run, utf8, type Run } from '../support/decode.ts';
import { clientContent, type RequestContent } from '../support/client-content.ts';
import { foldedContent } from '../support/properties.ts';
import { requestOf, result, user } from '../support/requests.ts';
import { decoder, declaredTools, formats, route, type Format } from '../support/turns.ts';
import { upstreamContent } from '../support/upstream-content.ts';

const emulated: Record<Format, EmulatedFormat> = emulatedFormats;
const head = { id: 'x1', model: 'm', created: 1_787_800_000, inputTokens: 9 } as const;

/** Never 0, because a decoder replaces 0 tokens by an estimate (L1). */
const counted = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), fc.integer({ min: 1, max: 5000 }), fc.nat(5000))
  .map(([fresh, cached, spoken, reasoning]) =>
    usage({ input: fresh + cached, cached, output: spoken + reasoning, reasoning }),
  );

function scripts(text: fc.Arbitrary<string>, args: fc.Arbitrary<string>): fc.Arbitrary<Script> {
  const calls = fc.array(fc.tuple(toolName, args), { minLength: 1, maxLength: 3 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    text.map((content) => say(content)),
    text.map((content) => think(content)),
    calls.map((made) =>
      callTogether(...made.map(([name, json]) => ({ name, input: null, rawArguments: json }))),
    ),
  );
  return fc.array(step, { maxLength: 6 });
}

const script: fc.Arbitrary<Script> = fc
  .tuple(
    scripts(nastyText, toolInput),
    fc.constantFrom(undefined, 'length' as const, 'filter' as const),
    fc.option(counted, { nil: undefined }),
  )
  .map(([steps, reason, tokens]) => steps.concat(reason === undefined ? [] : finish(reason), tokens ?? []));

function decoded(format: Format, steps: Script, flavour: Flavour, whole = false): Run {
  const frames = emulated[format][whole ? 'whole' : 'stream'](steps, { ...head, flavour });
  return run(
    decoder(format),
    [...frames].map((frame) => utf8(frame.type === 'event' ? frame.text : '')),
  );
}

function callsOf(steps: Script): ToolCall[] {
  return steps.flatMap((step) => (step.type === 'tools' ? step.calls : []));
}

/** Text without lone surrogates and blank texts, which an encoder changes. */
const cleanText = nastyText.filter((text) => text.trim() !== '' && !/\p{Surrogate}/u.test(text));
const cleanInput = fc.constantFrom('{}', '{"n":[1,{"é":null}]}', '{"file_path":"/a b","text":"x\\n🙂"}');
const conversation = fc.array(fc.tuple(cleanText, scripts(cleanText, cleanInput), cleanText, fc.boolean()), {
  minLength: 1,
  maxLength: 4,
});

for (const format of formats) {
  describe(format, () => {
    test('the decoder reads the content that the emulator wrote, streamed and whole', () => {
      fc.assert(
        fc.property(script, fc.constantFrom('go', 'plain'), fc.boolean(), (steps, flavour, whole) => {
          const { events, all } = decoded(format, steps, flavour, whole);
          assert.equal(brokenRule(events), undefined);
          const received = foldedContent(events);
          const texts = (type: 'text' | 'thinking'): string =>
            steps.map((step) => (step.type === type ? join(step.text) : '')).join('');
          assert.equal(received.text, texts('text'));
          assert.equal(received.thinking, texts('thinking'));
          const cut = steps.find((step) => step.type === 'finish')?.reason;
          // In a whole Messages response that was cut off, empty arguments may be missing ones, so such a call is dropped.
          const isSent = (made: ToolCall): boolean =>
            !(format === 'messages' && whole && cut) || made.rawArguments !== '{}';
          const calls = callsOf(steps).filter(isSent);
          assert.deepEqual(
            received.calls,
            calls
              .map(({ name, rawArguments = '' }) => `${name} ${JSON.stringify(JSON.parse(rawArguments))}`)
              .sort(),
          );
          const ended = calls.length > 0 ? 'tool_use' : 'end_turn';
          assert.equal(
            received.reason,
            cut === 'length' ? 'max_tokens' : cut === 'filter' ? 'refusal' : ended,
          );
          const counts = all.findLast((one) => one.type === 'usage');
          const tokens = steps.find((step) => step.type === 'usage')?.usage;
          if (tokens) assert.deepEqual(figures(counts?.usage), figuresOf(tokens));
        }),
        runs,
      );
    });

    test('an encoded conversation with such responses keeps its content', () => {
      fc.assert(
        fc.property(conversation, fc.constantFrom('go', 'plain'), (turns, flavour) => {
          const talk = turns.flatMap(([asked, steps, output, failed], n): RequestMessage[] => {
            // Different ids in each response, as from a real upstream.
            const named = steps.map((step, at): Step =>
              step.type === 'tools'
                ? callTogether(...step.calls.map((one, c) => ({ ...one, id: `call_${n}_${at}_${c}` })))
                : step,
            );
            const content = (foldMessage(decoded(format, named, flavour).events)?.content ??
              []) as ContentBlock[];
            const results = callsOf(named).map(({ id = '' }) => result(id, output, failed));
            return [
              user(asked),
              { role: 'assistant', content },
              ...(results.length > 0 ? [user(...results.reverse())] : []),
            ];
          });
          const tools = declaredTools.map((name) => ({
            name,
            input_schema: { type: 'object', properties: {} },
          }));
          const request = requestOf([...talk, user('and?')], { tools: tools.slice(0, 4) });
          const target = route(format, { replayReasoning: 'always', unsignedThinking: true });
          const sent: unknown = JSON.parse(JSON.stringify(codecs[format].encodeRequest(request, target)));
          assertSameContent(
            format,
            withoutThinking(clientContent(request)),
            withoutThinking(upstreamContent(format, sent)),
            true,
          );
        }),
        { numRuns: Math.ceil(runs.numRuns / 4) },
      );
    });
  });
}

/** Thinking is tested separately (`proxy/thinking-replay.test.ts`). */
function withoutThinking(all: RequestContent): RequestContent {
  return { ...all, entries: all.entries.filter(({ who }) => who !== 'thinking') };
}

/** Anthropic's `input_tokens` exclude cached tokens. */
function figuresOf({ input, output, cached }: { input: number; output: number; cached: number }): unknown {
  return { input: input - cached, cached, output };
}

function figures(reported: Usage | undefined): unknown {
  return {
    input: reported?.input_tokens,
    cached: reported?.cache_read_input_tokens ?? 0,
    output: reported?.output_tokens,
  };
}
