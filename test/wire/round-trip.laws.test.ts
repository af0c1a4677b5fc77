/** What the emulator says in a format is what its decoder hears; and a conversation made of such answers is what it reads. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Usage } from '../../lib/anthropic/events.ts';
import { foldMessage } from '../../lib/anthropic/fold.ts';
import { brokenRule } from '../../lib/anthropic/grammar.ts';
import type { ContentBlock, RequestMessage } from '../../lib/anthropic/request.ts';
import { chat } from '../../lib/emulator/formats/chat.ts';
import type { EmulatedFormat, Flavour } from '../../lib/emulator/formats/format.ts';
import { gemini } from '../../lib/emulator/formats/gemini.ts';
import { messages } from '../../lib/emulator/formats/messages.ts';
import { responses } from '../../lib/emulator/formats/responses.ts';
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

const emulated: Record<Format, EmulatedFormat> = { chat, gemini, messages, responses };
const head = { id: 'x1', model: 'm', created: 1_787_800_000, inputTokens: 9 } as const;

/** Never nothing: of 0 tokens a decoder knows better (L1). */
const counted = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), fc.integer({ min: 1, max: 5000 }), fc.nat(5000))
  .map(([fresh, cached, spoken, reasoning]) =>
    usage({ input: fresh + cached, cached, output: spoken + reasoning, reasoning }),
  );

function scripts(text: fc.Arbitrary<string>, args: fc.Arbitrary<string>): fc.Arbitrary<Script> {
  const calls = fc.array(fc.tuple(toolName, args), { minLength: 1, maxLength: 3 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    text.map((words) => say(words)),
    text.map((words) => think(words)),
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

function answered(format: Format, said: Script, flavour: Flavour, whole = false): Run {
  const frames = emulated[format][whole ? 'whole' : 'stream'](said, { ...head, flavour });
  return run(
    decoder(format),
    [...frames].map((frame) => utf8(frame.type === 'event' ? frame.text : '')),
  );
}

function callsOf(said: Script): ToolCall[] {
  return said.flatMap((step) => (step.type === 'tools' ? step.calls : []));
}

/** A conversation in which the model speaks sense: a request knows no half characters and no empty words. */
const sane = nastyText.filter((text) => text.trim() !== '' && !/\p{Surrogate}/u.test(text));
const saneInput = fc.constantFrom('{}', '{"n":[1,{"é":null}]}', '{"file_path":"/a b","text":"x\\n🙂"}');
const conversation = fc.array(fc.tuple(sane, scripts(sane, saneInput), sane, fc.boolean()), {
  minLength: 1,
  maxLength: 4,
});

for (const format of formats) {
  describe(format, () => {
    test('what the emulator says arrives as it was said, streamed and whole', () => {
      fc.assert(
        fc.property(script, fc.constantFrom('go', 'plain'), fc.boolean(), (said, flavour, whole) => {
          const { events, all } = answered(format, said, flavour, whole);
          assert.equal(brokenRule(events), undefined);
          const heard = foldedContent(events);
          const texts = (type: 'text' | 'thinking'): string =>
            said.map((step) => (step.type === type ? join(step.text) : '')).join('');
          assert.equal(heard.text, texts('text'));
          assert.equal(heard.thinking, texts('thinking'));
          const cut = said.find((step) => step.type === 'finish')?.reason;
          // A document of Anthropic's that was cut cannot tell a call without arguments from one that lost them.
          const told = (made: ToolCall): boolean =>
            !(format === 'messages' && whole && cut) || made.rawArguments !== '{}';
          const calls = callsOf(said).filter(told);
          assert.deepEqual(
            heard.calls,
            calls
              .map(({ name, rawArguments = '' }) => `${name} ${JSON.stringify(JSON.parse(rawArguments))}`)
              .sort(),
          );
          const ended = calls.length > 0 ? 'tool_use' : 'end_turn';
          assert.equal(heard.reason, cut === 'length' ? 'max_tokens' : cut === 'filter' ? 'refusal' : ended);
          const counts = all.findLast((one) => one.type === 'usage');
          const tokens = said.find((step) => step.type === 'usage')?.usage;
          if (tokens) assert.deepEqual(figures(counts?.usage), figuresOf(tokens));
        }),
        runs,
      );
    });

    test('a conversation of such answers is read as it was meant', () => {
      fc.assert(
        fc.property(conversation, fc.constantFrom('go', 'plain'), (turns, flavour) => {
          const talk = turns.flatMap(([asked, said, output, failed], n): RequestMessage[] => {
            // Ids of another answer each time, as a real upstream gives them.
            const named = said.map((step, at): Step =>
              step.type === 'tools'
                ? callTogether(...step.calls.map((one, c) => ({ ...one, id: `call_${n}_${at}_${c}` })))
                : step,
            );
            const content = (foldMessage(answered(format, named, flavour).events)?.content ??
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

/** Which thinking goes where is asked elsewhere (`proxy/thinking-replay.test.ts`). */
function withoutThinking(all: RequestContent): RequestContent {
  return { ...all, said: all.said.filter(({ who }) => who !== 'thinking') };
}

/** Anthropic counts what came from a cache apart. */
function figuresOf({ input, output, cached }: { input: number; output: number; cached: number }): unknown {
  return { input: input - cached, cached, output };
}

function figures(told: Usage | undefined): unknown {
  return {
    input: told?.input_tokens,
    cached: told?.cache_read_input_tokens ?? 0,
    output: told?.output_tokens,
  };
}
