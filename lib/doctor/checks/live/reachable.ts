/** Does anybody answer at the provider's addresses, is it an API, and does its clock agree with ours? */
import { readBounded } from '../../../proxy/body.ts';
import { loadedIn, type Check, type Context, type Look, type Subject } from '../../check.ts';
import { pathOfSetting } from '../limit-places.ts';
import { isOpencode, sectionOf } from '../provider.ts';
import { routeOf } from '../../bench/live.ts';
import { userAgent } from '../../../version.ts';
import type { WireFormat } from '../../../wire/codec.ts';
import { codecs } from '../../../wire/codecs.ts';
import { Wrong } from '../../laws/fault.ts';

/** Seconds; signatures and certificates begin to fail at minutes. */
const mostSkewSeconds = 120;

export const reachable: Check = {
  code: 'reachable',
  title: 'the provider answers: name, connection, TLS, clock',
  kind: 'live',
  scope: 'provider',
  needs: ['keys', 'proxy-env'],
  limitMs: 20_000,
  requests: (subject) => addressesOf(subject).size,
  async look(context, subject) {
    const looks = await Promise.all(
      [...addressesOf(subject)].map(([format, url]) => lookAt(context, subject, format, url)),
    );
    return (
      looks.find(({ level }) => level === 'fail') ??
      looks.find(({ level }) => level === 'warn') ??
      looks[0] ??
      none
    );
  },
};

/** A warning and no more: the checks of its models are to say what is wrong with them. */
const none: Look = {
  level: 'warn',
  summary: 'no model of it is asked in a format that occ speaks',
  fault: 'client',
};

/** One address for each format that is used: gemini's has a model in it, for there is nothing to post to without one. */
function addressesOf({ models = [] }: Subject): Map<WireFormat, string> {
  const addresses = new Map<WireFormat, string>();
  for (const model of models) {
    try {
      const route = routeOf(model);
      if (!addresses.has(route.format)) addresses.set(route.format, codecs[route.format].url(route));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error; // the check of that model says it
    }
  }
  return addresses;
}

async function lookAt(context: Context, subject: Subject, format: WireFormat, url: string): Promise<Look> {
  const host = new URL(url).host;
  const began = performance.now();
  try {
    const upstream = await context.upstream();
    const headers = { 'content-type': 'application/json', 'user-agent': userAgent };
    // No key and no question: whatever an API says to that, it says it for nothing.
    const answer = await upstream.post(url, headers, '{}', context.gone);
    const ms = Math.round(performance.now() - began);
    const body = await readBounded(answer.body);
    const type = answer.headers['content-type'] ?? '';
    const odd = noApi(answer.status, type, body);
    if (odd !== undefined)
      return wrongAddress(
        context,
        subject,
        format,
        `${url} answers with ${odd}: there is no API at this address`,
      );
    return skewOf(answer.headers['date'], `${host} answers after ${ms} ms`);
  } catch (error) {
    context.gone.throwIfAborted();
    const words = error instanceof Error ? error.message : String(error);
    return wrongAddress(context, subject, format, words);
  }
}

/** What an answer is that no API gives, in words: a web page, or a 404 that is no JSON. */
function noApi(status: number, type: string, body: string): string | undefined {
  if (/html/i.test(type) || /^\s*<(?:!doctype|html)/i.test(body)) return `a web page (${status})`;
  return status === 404 && !/^\s*[{[]/.test(body) ? '404' : undefined;
}

function skewOf(date: string | undefined, summary: string): Look {
  const skew = date === undefined ? NaN : (Date.now() - Date.parse(date)) / 1000;
  if (!(Math.abs(skew) > mostSkewSeconds)) return { level: 'ok', summary };
  const words = `${Math.round(Math.abs(skew) / 60)} min ${skew > 0 ? 'ahead of' : 'behind'} the provider's`;
  return {
    level: 'warn',
    summary: `this machine's clock is ${words}`,
    fault: 'client',
    remedy: { text: 'set the clock, or let the system keep it', commands: [] },
  };
}

const urlFields = {
  chat: 'base_url',
  messages: 'anthropic_base_url',
  responses: 'responses_base_url',
  gemini: 'gemini_base_url',
} as const satisfies Record<WireFormat, string>;

/** The person's configuration names the address, so it is theirs to put right; the usual address they did not choose. */
function wrongAddress(context: Context, { name }: Subject, format: WireFormat, summary: string): Look {
  const loaded = loadedIn(context);
  const path = pathOfSetting(loaded, name, urlFields[format]) ?? pathOfSetting(loaded, name, 'base_url');
  if (path === undefined) {
    const text = 'is this machine online? behind a proxy, HTTPS_PROXY must name it';
    return { level: 'fail', summary, fault: 'client', remedy: { text, commands: [] } };
  }
  const usual = isOpencode(name);
  return {
    level: 'fail',
    summary,
    fault: 'client',
    remedy: {
      text: usual
        ? `take ${path} out, and the usual address holds`
        : `correct ${path}: it is the address of the API`,
      commands: [usual ? `occ config unset ${path}` : `occ config set ${sectionOf(path)}.base_url https://…`],
    },
  };
}
