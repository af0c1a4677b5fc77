/** Checks that an API answers at each address of the provider, and that its clock agrees with this machine's. */
import { readBounded } from '../../../proxy/body.ts';
import { isUsable, proxyFor, readProxies } from '../../../proxy/outbound-proxies.ts';
import { UpstreamError } from '../../../proxy/upstream-error.ts';
import { describeNetworkFault, type NetworkFault } from '../../../proxy/policy/network-faults.ts';
import { saysNeedsTls } from '../../../proxy/policy/address.ts';
import { type Check, type CheckResult, type Context, type Problem, type Subject } from '../../check.ts';
import { routeOf } from '../../bench/live.ts';
import { redactedLine } from '../../../redact.ts';
import { userAgent } from '../../../version.ts';
import { codecs } from '../../../wire/codecs.ts';
import type { WireFormat } from '../../../wire/formats.ts';
import { CheckFailure } from '../../laws/fault.ts';
import { startCommand } from '../../../proxy/policy/next-step.ts';
import { isLoopback } from '../../../loopback.ts';
import { addressProblem } from './address.ts';
import { expectsTls } from './expects-tls.ts';
import { networkRemedy } from './network-remedy.ts';
import { tryWay } from './way.ts';
import { wrongAddress } from './wrong-address.ts';
import { platformOf } from '../../../platform.ts';

/** Signatures and certificates begin to fail when clocks differ by minutes. */
const maxSkewSeconds = 120;

export const reachable: Check = {
  code: 'reachable',
  title: 'the provider answers: name, connection, TLS, clock',
  unmet: 'the provider cannot be reached',
  kind: 'live',
  scope: 'provider',
  needs: ['keys', 'proxy-env'],
  limitMs: 20_000,
  quickLimitMs: 5000,
  requests: (subject) => addressesOf(subject).size,
  async run(context, subject) {
    const results = await Promise.all(
      [...addressesOf(subject)].map(([format, url]) => checkAddress(context, subject, format, url)),
    );
    return (
      results.find(({ level }) => level === 'fail') ??
      results.find(({ level }) => level === 'warn') ??
      results[0] ??
      noAddress
    );
  },
  late(context, subject, seconds) {
    const [[format, url] = ['chat', '']] = addressesOf(subject);
    const who = url === '' ? subject.name : new URL(url).host + throughProxy(url, context.machine.env);
    return wrongAddress(
      context,
      subject,
      format as WireFormat,
      url,
      `no answer from ${who} within ${seconds} s`,
    );
  },
};

/** Only a warning, so that the checks of the models still run and report what is wrong. */
const noAddress: CheckResult = {
  level: 'warn',
  summary: 'none of its models uses a format that occ supports',
  fault: 'client',
  remedy: { text: 'see the formats of the models, and choose one', commands: ['occ models'] },
};

/** One address for each format in use. A Gemini address contains a model, because there is no other to POST to. */
function addressesOf({ models = [] }: Subject): Map<WireFormat, string> {
  const addresses = new Map<WireFormat, string>();
  for (const model of models) {
    try {
      const route = routeOf(model);
      if (!addresses.has(route.format)) addresses.set(route.format, codecs[route.format].url(route));
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error; // The check of that model reports it.
    }
  }
  return addresses;
}

async function checkAddress(
  context: Context,
  subject: Subject,
  format: WireFormat,
  url: string,
): Promise<CheckResult> {
  const host = new URL(url).host;
  const began = performance.now();
  try {
    await tryWay(url, context.machine.env, context.signal);
    const upstream = await context.upstream();
    const headers = { 'content-type': 'application/json', 'user-agent': userAgent };
    // Without key and prompt, so that the request costs nothing. Any answer of an API will do.
    const answer = await upstream.post(url, headers, '{}', context.signal);
    const ms = Math.round(performance.now() - began);
    const body = await readBounded(answer.body);
    if (answer.status >= 300 && answer.status < 400)
      return redirected(context, subject, format, url, answer.status, answer.headers['location']);
    if (saysNeedsTls(answer.status, body)) return needsTls(context, subject, format, url, answer.status);
    const type = answer.headers['content-type'] ?? '';
    const other = otherThanApi(answer.status, type, body);
    if (other !== undefined) {
      const summary = `${url} answers with ${other}: there is no API at this address`;
      const error = { status: 404, type: 'not_found_error', message: summary } as const;
      const lost = addressProblem(subject, { format, endpoint: url, modelId: noModel }, error);
      return lost ?? wrongAddress(context, subject, format, url, summary);
    }
    return skewOf(answer.headers['date'], `${host} answers after ${ms} ms`);
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    const fault = error instanceof UpstreamError ? error.fault : undefined;
    const isCut = error instanceof UpstreamError && error.trouble === 'reset' && fault === undefined;
    if (isCut && (await isPlainToTls(url, context))) return needsTls(context, subject, format, url);
    const known = fault && networkProblem(fault, url, reason);
    return (
      known ?? serverDown(subject, url, reason) ?? wrongAddress(context, subject, format, url, reason, fault)
    );
  }
}

/** The connection of a request without TLS was closed by a server that expects TLS. */
async function isPlainToTls(url: string, { machine, signal }: Context): Promise<boolean> {
  const target = new URL(url);
  if (target.protocol !== 'http:' || proxyFor(readProxies(machine.env), target) !== undefined) return false;
  return expectsTls(target, signal);
}

function needsTls(
  context: Context,
  subject: Subject,
  format: WireFormat,
  url: string,
  status?: number,
): Problem {
  const fault: NetworkFault = { kind: 'needs_tls', ...(status !== undefined && { status }) };
  return wrongAddress(context, subject, format, url, describeNetworkFault(fault, new URL(url).host), fault);
}

function networkProblem(fault: NetworkFault, url: string, summary: string): Problem | undefined {
  const remedy = networkRemedy(fault, new URL(url));
  return remedy && { level: 'fail', summary, ...remedy };
}

/** A login page of the network, or an address that has moved. */
function redirected(
  context: Context,
  subject: Subject,
  format: WireFormat,
  url: string,
  status: number,
  location = 'somewhere else',
): Problem {
  const to = redactedLine(location).slice(0, 200);
  return wrongAddress(
    context,
    subject,
    format,
    url,
    `${url} redirects to ${to} (${status}), which is not followed`,
  );
}

/** Nothing listens at an address of this machine, where a local server is known to listen: it has to be started. */
function serverDown({ name }: Subject, url: string, reason: string): Problem | undefined {
  const start = startCommand(name, url);
  if (start === undefined || !/ECONNREFUSED/.test(reason) || !isLoopback(new URL(url).hostname))
    return undefined;
  const remedy: Problem['remedy'] = { text: 'start the server', commands: [start] };
  return { level: 'fail', summary: `${reason}: the server is not running`, fault: 'client', remedy };
}

/** The answer is to a request without a model. */
const noModel = '(none)';

/** Names the proxy of the environment for this URL, without its password. */
function throughProxy(url: string, env: Context['machine']['env']): string {
  const proxy = proxyFor(readProxies(env), new URL(url));
  return proxy === undefined || !isUsable(proxy) ? '' : ` through ${proxy.address}`;
}

/** Describes an answer that no API gives: a web page, or a 404 that is not JSON. */
function otherThanApi(status: number, type: string, body: string): string | undefined {
  if (/html/i.test(type) || /^\s*<(?:!doctype|html)/i.test(body)) return `a web page (${status})`;
  return status === 404 && !/^\s*[{[]/.test(body) ? '404' : undefined;
}

function skewOf(date: string | undefined, summary: string): CheckResult {
  const skew = date === undefined ? NaN : (Date.now() - Date.parse(date)) / 1000;
  if (!(Math.abs(skew) > maxSkewSeconds)) return { level: 'ok', summary };
  const skewText = `${Math.round(Math.abs(skew) / 60)} min ${skew > 0 ? 'ahead of' : 'behind'} the provider's`;
  return {
    level: 'warn',
    summary: `this machine's clock is ${skewText}`,
    fault: 'client',
    remedy: {
      text: 'set the clock, or turn on automatic time',
      commands: [platformOf().setClock],
    },
  };
}
