/** The parts of diagnosis and repair, each alone. Each test has failed with a fault planted in its part. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changedRoute } from '../../../lib/proxy/rejections/changes.ts';
import { diagnose } from '../../../lib/proxy/rejections/diagnose.ts';
import { isInConversation, namesIn, refusedTogether } from '../../../lib/proxy/rejections/field-names.ts';
import { applyLearned, learnedFrom } from '../../../lib/proxy/rejections/learned.ts';
import { nextRepair, toSent } from '../../../lib/proxy/rejections/repair.ts';
import { simplerSchemas } from '../../../lib/proxy/rejections/schemas.ts';
import { findField, withoutField } from '../../../lib/proxy/rejections/sent-fields.ts';
import { find, template } from '../../../lib/proxy/rejections/templates.ts';
import { tokenCounts } from '../../../lib/proxy/rejections/token-counts.ts';
import { acceptedValue, suggestedName } from '../../../lib/proxy/rejections/values.ts';
import { candidateOf } from '../../support/candidates.ts';
import { requestOf, routeOf, user } from '../../support/requests.ts';

const refused = (message: string) => diagnose({ status: 400, type: 'invalid_request_error', message });

describe('numbers', () => {
  test('a prompt with room for less than 1024 tokens of answer is too long by itself', () => {
    const about = (input: number) =>
      refused(`maximum context length is 8192 tokens: ${input} in the messages, 4000 in the completion`)
        .about;
    assert.deepEqual([about(7168), about(7169)], ['answer_room', 'window']);
  });

  test('a number gets no meaning from the words of another message', () => {
    assert.deepEqual(tokenCounts('prompt is too long · 4000 prompt is too long', 'window'), {});
  });

  test('bytes, characters and seconds are no tokens', () => {
    for (const unit of ['bytes', 'characters', 'MB', 'ms', 'requests', '字节'])
      assert.deepEqual(tokenCounts(`the limit is 65536 ${unit.toLowerCase()}`, 'window'), {});
    assert.deepEqual(tokenCounts('the limit is 65536 tokens', 'window'), { limit: 65_536 });
  });
});

describe('names', () => {
  test('a name with a hyphen is one name, and in two spellings one field', () => {
    const together = (message: string, ...params: string[]) => refusedTogether(params, [message]);
    assert.deepEqual(together("UNKNOWN PARAMETER: 'THINKING-LEVEL'", 'thinking-level'), []);
    assert.deepEqual(together('Unknown parameters: thinking-level, top-k'), ['thinking-level', 'top-k']);
  });

  test('a path into the conversation may begin with the body', () => {
    for (const path of ['messages.3.content', 'body.messages.3.content', '$.input[2]', '/contents/0/parts'])
      assert.ok(isInConversation(path), path);
    for (const path of ['messages', 'body.messages', 'tools.0.name'])
      assert.ok(!isInConversation(path), path);
  });

  test('Google’s place of a name comes before the name', () => {
    const [first] = namesIn([], ['Unknown name "topP" at \'generation_config\': Cannot find field.']);
    assert.equal(first, 'generation_config.topP');
  });

  test('a template is found where its first words stand for the second time', () => {
    const text = `prompt is ${'x'.repeat(200)} prompt is far too long`;
    assert.equal(find(template('prompt is … too long'), text), 211);
  });
});

describe('fields of what was sent', () => {
  test('arguments of calls and results are not looked into', () => {
    const body = { messages: [{ content: [{ type: 'tool_use', input: { city: 'x' } }] }] };
    assert.equal(findField(body, 'city'), undefined);
  });

  test('a path is followed over the variant of a union, also when the name is elsewhere too', () => {
    const body = { first: { scope: 1 }, second: { scope: 2 } };
    assert.deepEqual(findField(body, 'second.variant.scope'), { type: 'field', path: ['second', 'scope'] });
  });

  test('the parameter of a tool is no field, and the tool keeps it', () => {
    const input_schema = { type: 'object', properties: { top_p: { type: 'number' } } };
    const body = { tools: [{ name: 'Sample', input_schema }] };
    for (const name of [
      'tools.0.input_schema.properties.top_p',
      'tools.0.custom.input_schema.properties.top_p',
      'tools.0.input_schema.properties.top_p.type',
      'tools.0.input_schema.properties',
      'top_p',
    ])
      assert.equal(findField(body, name), undefined, name);
  });

  test('an object that had only the field goes with it', () => {
    assert.deepEqual(withoutField({ reasoning: { effort: 'high' }, n: 1 }, ['reasoning', 'effort']), {
      n: 1,
    });
  });

  test('max_tokens of a Messages request is never left out', () => {
    const candidate = candidateOf('p/m', { route: routeOf({ format: 'messages' }) });
    const request = requestOf([user('hi')]);
    assert.equal(nextRepair(candidate, refused("Unknown parameter: 'max_tokens'"), request, {}), undefined);
  });
});

describe('repairs', () => {
  const request = requestOf([user('hi')], { temperature: 0.5, top_p: 0.9 });

  test('the same refusal with another number takes the change back', () => {
    const said = (id: number) => refused(`'temperature' and 'top_p' are not supported (request ${id})`);
    const first = nextRepair(candidateOf('p/m'), said(1234), request, {});
    assert.ok(first);
    const second = nextRepair(first.candidate, said(5678), request, {}, first.repairs);
    assert.ok(second);
    const { temperature, top_p } = toSent(second.candidate, request, {}).body as Record<string, unknown>;
    assert.deepEqual([temperature, top_p], [0.5, undefined]);
  });

  test('references in schemas are replaced by what they refer to', () => {
    const input_schema = {
      type: 'object',
      properties: { at: { $ref: '#/$defs/Place' } },
      $defs: { Place: { type: 'object', properties: { city: { type: 'string' } } } },
    };
    assert.deepEqual(simplerSchemas({ tools: [{ name: 'a', input_schema }] }, 'common'), {
      tools: [
        {
          name: 'a',
          input_schema: {
            type: 'object',
            properties: { at: { type: 'object', properties: { city: { type: 'string' } } } },
          },
        },
      ],
    });
  });

  test('a limit that is larger than the known one changes nothing', () => {
    const route = routeOf({ contextWindow: 32_000, maxOutputTokens: 8000 });
    assert.equal(changedRoute(route, { kind: 'answer', tokens: 9000 }).maxOutputTokens, 8000);
    assert.equal(changedRoute(route, { kind: 'window', tokens: 40_000 }).contextWindow, 32_000);
    assert.equal(
      changedRoute({ ...route, maxOutputTokens: 0 }, { kind: 'answer', tokens: 9000 }).maxOutputTokens,
      9000,
    );
  });
});

describe('what is learned', () => {
  test('a window between 2048 tokens and the known one', () => {
    const route = routeOf({ contextWindow: 32_000 });
    const learned = (limit: number) =>
      learnedFrom({ about: 'window', counts: { limit } }, { route }, '')?.what ?? 'nothing';
    assert.deepEqual([2047, 2048, 31_999, 32_000].map(learned), ['nothing', 'change', 'change', 'nothing']);
  });

  test('another format keeps the changes that were learned before it', () => {
    const endpoint = 'http://127.0.0.1:1/v1/messages';
    const candidate = candidateOf('p/m', { provider: { endpoints: { messages: endpoint } } });
    const { route } = applyLearned(candidate, [
      { what: 'change', change: { kind: 'lacks', capability: 'images' } },
      { what: 'change', change: { kind: 'format', refused: ['chat'], use: 'messages' } },
    ]);
    assert.deepEqual([route.format, route.images], ['messages', false]);
  });
});

describe('values', () => {
  test('the nearest listed effort that is not higher, else the lowest', () => {
    const nearest = (sent: string) => acceptedValue('supported values are: max, medium and low', sent);
    assert.deepEqual(['high', 'minimal', 'medium'].map(nearest), ['medium', 'low', undefined]);
  });

  test('the bound that the value breaks', () => {
    const words = 'must be greater than or equal to 1024 and less than or equal to 4096';
    assert.deepEqual(
      [500, 2000, 5000].map((sent) => acceptedValue(words, sent)),
      [1024, undefined, 4096],
    );
  });

  test('another name, and not the refused one', () => {
    assert.equal(
      suggestedName('do not use max_tokens, use max_completion_tokens', 'max_tokens'),
      'max_completion_tokens',
    );
    assert.equal(suggestedName('use maxTokens or max_tokens', 'max_tokens'), undefined);
  });
});
