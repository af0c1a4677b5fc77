/** What the variables of OpenTelemetry mean, and what is said of those that cannot be used. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { renderEnvironment } from '../../lib/commands/help/environment.ts';
import { traceSettingsIn, type FromEnvironment } from '../../lib/traces/environment.ts';
import { parent } from './sample.ts';

const base = 'http://127.0.0.1:4318';

/** With a collector, unless `env` names another one. */
const read = (env: Record<string, string>): FromEnvironment =>
  traceSettingsIn({ OTEL_EXPORTER_OTLP_ENDPOINT: base, ...env });

/** Asserts that no traces are sent, and returns what is said of that. */
function offWith(env: Record<string, string>): string {
  const { settings, warnings } = read(env);
  assert.equal(settings, undefined);
  return warnings.join('\n');
}

describe('on and off', () => {
  test('off without a collector, whatever else is set, without a warning', () => {
    const others = {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_SERVICE_NAME: 'x',
    };
    assert.deepEqual(traceSettingsIn(others), { warnings: [] });
    assert.equal(offWith({ OTEL_EXPORTER_OTLP_ENDPOINT: '  ' }), '');
  });

  test('on with either variable, without a warning', () => {
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
      const { settings, warnings } = traceSettingsIn({ [name]: base });
      assert.ok(settings);
      assert.deepEqual(warnings, []);
    }
  });

  test('switched off by name, without a warning', () => {
    assert.equal(offWith({ OTEL_SDK_DISABLED: 'True' }), '');
    assert.equal(offWith({ OTEL_TRACES_EXPORTER: 'none' }), '');
    for (const value of ['false', '1', 'yes', '']) assert.ok(read({ OTEL_SDK_DISABLED: value }).settings);
  });

  test('an exporter that occ does not have', () => {
    assert.match(offWith({ OTEL_TRACES_EXPORTER: 'console' }), /OTEL_TRACES_EXPORTER/);
    assert.ok(read({ OTEL_TRACES_EXPORTER: 'console, otlp' }).settings);
  });
});

describe('protocol', () => {
  test('JSON is sent to the address of Protobuf, with a warning', () => {
    const { settings, warnings } = read({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
    assert.equal(settings?.url, `${base}/v1/traces`);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /http\/json.*OTEL_EXPORTER_OTLP_PROTOCOL is http\/protobuf/);
  });

  test('nothing is sent to another one, with a warning', () => {
    assert.match(offWith({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), /http\/json only, and .* is grpc/);
    assert.match(offWith({ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'smoke' }), /TRACES_PROTOCOL names another/);
  });

  test('that of traces decides', () => {
    const both = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' };
    assert.deepEqual(read(both).warnings, []);
    assert.ok(read(both).settings);
  });
});

describe('address', () => {
  const urlOf = (env: Record<string, string>): string | undefined => read(env).settings?.url;

  test('the general one is a base, with or without a slash, a path or a query', () => {
    for (const [given, url] of [
      [base, `${base}/v1/traces`],
      [`${base}/`, `${base}/v1/traces`],
      [`${base}/otlp/`, `${base}/otlp/v1/traces`],
      [` ${base}/a?key=b `, `${base}/a/v1/traces?key=b`],
      ['https://api.example.com', 'https://api.example.com/v1/traces'],
    ] as const)
      assert.equal(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: given }), url);
  });

  test('the one of traces is used as it is, and decides', () => {
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' }), 'http://c/own');
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }), 'http://c/');
  });

  test('credentials in it become a header', () => {
    const { settings } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://m%C3%A9:p%40ss@c.example' });
    assert.equal(settings?.url, 'https://c.example/v1/traces');
    const basic = `Basic ${Buffer.from('mé:p@ss').toString('base64')}`;
    assert.deepEqual(settings?.headers, { authorization: basic });
  });

  for (const given of ['localhost:4318', '10.0.0.1:4318', 'unix:///run/otel', 'a secret', 'ftp://c'])
    test(`no URL: ${given}`, () => {
      const said = offWith({ OTEL_EXPORTER_OTLP_ENDPOINT: given });
      assert.match(said, /OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL/);
      assert.ok(!said.includes(given));
    });
});

describe('headers', () => {
  const headersOf = (env: Record<string, string>) => read(env).settings?.headers;

  test('are a list of percent-encoded pairs', () => {
    const OTEL_EXPORTER_OTLP_HEADERS = ' Authorization = Bearer%20a%2Cb== ,x-key=1;2,, ';
    assert.deepEqual(headersOf({ OTEL_EXPORTER_OTLP_HEADERS }), {
      authorization: 'Bearer a,b==',
      'x-key': '1;2',
    });
  });

  test('those of traces replace the general ones', () => {
    const both = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2' };
    assert.deepEqual(headersOf(both), { b: '2' });
  });

  test('what frames the message stays as it is', () => {
    const OTEL_EXPORTER_OTLP_HEADERS = 'content-type=text/plain,Content-Length=1,connection=close,host=x,a=1';
    assert.deepEqual(headersOf({ OTEL_EXPORTER_OTLP_HEADERS }), { a: '1' });
  });

  for (const given of [
    'a-secret',
    'a=b,=a-secret',
    'a=%zza-secret',
    'a=x%0d%0aa-secret',
    'a b=a-secret',
    'a=☃a-secret',
  ])
    test(`none of a list that cannot be read, without repeating it: ${given}`, () => {
      const { settings, warnings } = read({ OTEL_EXPORTER_OTLP_HEADERS: given });
      assert.deepEqual(settings?.headers, {});
      assert.equal(warnings.length, 1);
      assert.doesNotMatch(warnings.join(''), /a-secret/);
    });
});

describe('service and resource', () => {
  const resourceOf = (env: Record<string, string>) => read(env).settings?.resource;

  test('the name of the service has a variable of its own, which decides', () => {
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=a,deployment.environment.name=%C3%A4%2C';
    assert.deepEqual(resourceOf({ OTEL_RESOURCE_ATTRIBUTES }), {
      'service.name': 'a',
      'deployment.environment.name': 'ä,',
    });
    assert.equal(resourceOf({ OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'b' })?.['service.name'], 'b');
  });

  test('a list that cannot be read is ignored as a whole', () => {
    const { settings, warnings } = read({ OTEL_RESOURCE_ATTRIBUTES: 'a=1,b' });
    assert.deepEqual(settings?.resource, {});
    assert.match(warnings.join(), /OTEL_RESOURCE_ATTRIBUTES/);
  });
});

describe('sampler, time limit and propagation', () => {
  const decides = (env: Record<string, string>): boolean | undefined =>
    read(env).settings?.sampler(parent.traceId, undefined);

  test('the sampler and its argument', () => {
    assert.equal(decides({}), true);
    assert.equal(decides({ OTEL_TRACES_SAMPLER: 'always_off' }), false);
    assert.equal(decides({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }), false);
    assert.equal(
      decides({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }),
      false,
    );
    assert.equal(decides({ OTEL_TRACES_SAMPLER: 'TraceIdRatio' }), true);
  });

  test('one that is not known, or an argument that is no share', () => {
    const { settings, warnings } = read({ OTEL_TRACES_SAMPLER: 'alway_off' });
    assert.equal(settings?.sampler(parent.traceId, { ...parent, flags: 0 }), false);
    assert.match(warnings.join(), /did you mean always_off\?/);
    for (const OTEL_TRACES_SAMPLER_ARG of ['2', '-1', 'half']) {
      const found = read({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG });
      assert.match(found.warnings.join(), /OTEL_TRACES_SAMPLER_ARG/);
      assert.equal(found.settings?.sampler(parent.traceId, undefined), true);
    }
    assert.deepEqual(read({ OTEL_TRACES_SAMPLER_ARG: 'not used' }).warnings, []);
  });

  test('the time limit', () => {
    assert.equal(read({}).settings?.timeoutMs, 10_000);
    assert.equal(read({ OTEL_EXPORTER_OTLP_TIMEOUT: '2500' }).settings?.timeoutMs, 2500);
    assert.equal(read({ OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '1e9' }).settings?.timeoutMs, 60_000);
    for (const value of ['0', '-1', 'soon']) {
      const { settings, warnings } = read({ OTEL_EXPORTER_OTLP_TIMEOUT: value });
      assert.equal(settings?.timeoutMs, 10_000);
      assert.equal(warnings.length, 1);
    }
  });

  test('the trace of the client is continued unless its headers are switched off', () => {
    assert.equal(read({}).settings?.continues, true);
    assert.equal(read({ OTEL_PROPAGATORS: 'baggage, tracecontext' }).settings?.continues, true);
    assert.equal(read({ OTEL_PROPAGATORS: 'none' }).settings?.continues, false);
    assert.equal(read({ OTEL_PROPAGATORS: 'b3' }).settings?.continues, false);
  });
});

test('occ help environment has every variable', () => {
  const page = renderEnvironment(80).join('\n');
  const folder = fileURLToPath(new URL('../../lib/traces/', import.meta.url));
  const read = readdirSync(folder).flatMap((file) =>
    Array.from(readFileSync(folder + file, 'utf8').matchAll(/'(OTEL_[A-Z_]+)'/g), ([, name = '']) => name),
  );
  assert.ok(read.length > 10);
  // The page has one row for those of traces.
  const absent = read.filter((name) => !name.includes('_OTLP_TRACES_') && !page.includes(name));
  assert.deepEqual(absent, []);
  assert.match(page, /OTEL_EXPORTER_OTLP_TRACES_…/);
});
