/** Every double accepts the requests that its vendor documents, and every rule refuses its examples in the vendor's form. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isObject } from '../../lib/json.ts';
import { doubles } from '../support/doubles/all.ts';
import { badExamples, violation, type Double, type Incoming } from '../support/doubles/double.ts';
import { sealsOf } from '../support/doubles/seals.ts';
import type { LooseJson } from '../support/loose-json.ts';

const headers = {
  authorization: 'Bearer k',
  'x-api-key': 'k',
  'x-goog-api-key': 'k',
  'anthropic-version': '2023-06-01',
  'x-opencode-session': 's',
};

function incoming(double: Double, body: LooseJson): Incoming {
  return { body, headers, path: `/${double.name}`, seals: sealsOf(double.name) };
}

for (const double of doubles) {
  describe(double.name, () => {
    for (const [index, good] of double.good.entries())
      test(`accepts its request ${index + 1}`, () => {
        const found = violation(double, incoming(double, good as LooseJson));
        assert.equal(found?.violation.message, undefined, found?.rule.name);
      });

    for (const rule of double.rules)
      test(`${rule.name} (${rule.source})`, () => {
        const [good] = double.good;
        assert(good && rule.source !== '');
        const bad = badExamples(rule, good);
        for (const body of bad) {
          const found = violation(double, incoming(double, body));
          assert.equal(found?.rule.name, rule.name, JSON.stringify(found?.violation));
          assert(found);
          const { status, body: sent } = double.envelope(found.violation);
          assert(status >= 400 && status < 600);
          assert(isObject(sent) || Array.isArray(sent));
          const written = JSON.stringify(sent);
          assert(
            found.violation.detail
              ? written.includes('detail')
              : written.includes(JSON.stringify(found.violation.message).slice(1, -1)),
          );
        }
        assert(bad.length > 0 || rule.badHeaders);
        if (!rule.badHeaders) return;
        const found = violation(double, { ...incoming(double, good as LooseJson), headers: rule.badHeaders });
        assert.equal(found?.rule.name, rule.name);
      });
  });
}

/** What servers in front of a vendor put around its refusals. */
const around: Readonly<Record<string, RegExp>> = {
  'opencode-go': /^Error from provider \(Console Go\): Upstream request failed: \[/,
  'opencode-zen': /^Error from provider \(Console\): Upstream request failed: \[/,
  'litellm-messages': /^litellm\.\w+Error: .*Received Model Group=gpt-4o-mini\n/s,
  'lm-studio': /^Engine protocol predict request returned 400: \{"error":\{"code":400,/,
};

test('a server in front of a vendor reports its refusals in words of its own', () => {
  for (const double of doubles.filter(({ name }) => name in around)) {
    const [good] = double.good;
    const messages = double.rules.flatMap((rule) =>
      badExamples(rule, good ?? {}).map(
        (body) => violation(double, incoming(double, body))?.violation.message ?? '',
      ),
    );
    const wrapped = messages.filter((message) => around[double.name]?.test(message));
    assert(wrapped.length >= 4, `${double.name}: ${wrapped.length} of ${messages.length}`);
  }
});
