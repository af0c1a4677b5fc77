/** One turn of the real client through a proxy in this process, and what its upstreams were sent and answered. */
import { randomBytes } from 'node:crypto';
import type { Settings } from '../../config/settings.ts';
import type { Body } from '../../proxy/body.ts';
import { startProxy } from '../../proxy/server.ts';
import type { Upstream } from '../../proxy/upstream.ts';
import type { RecordedUpstream } from '../bench/recorded-exchange.ts';
import { createTap } from '../bench/tap.ts';
import type { Context } from '../check.ts';
import { runClient, type ClientRun, type Ground } from './run-client.ts';

export interface TurnOptions {
  command: string;
  /** The settings of the proxy, for each request. */
  settings: () => Settings;
  prompt: string;
  /** Ends every answer of an upstream after half of its events, as if the upstream had. */
  cut?: boolean;
}

export interface Turn {
  client: ClientRun;
  upstream: readonly RecordedUpstream[];
  /** The bodies that were sent to upstreams, in order. */
  sent: readonly string[];
  /** How the attempts ended: `answered`, `failed`, `refused`. */
  outcomes: readonly string[];
}

/** Rejects when `context.signal` aborts; the client has ended by then. */
export async function takeTurn(options: TurnOptions, context: Context, ground: Ground): Promise<Turn> {
  const { command, settings, prompt, cut = false } = options;
  const token = randomBytes(32).toString('base64url');
  const tap = createTap(await context.upstream());
  const sent: string[] = [];
  const outcomes: string[] = [];
  const upstream: Upstream = {
    ...tap.upstream,
    async post(url, headers, body, signal) {
      sent.push(body);
      const answer = await tap.upstream.post(url, headers, body, signal);
      return cut && answer.status === 200 ? { ...answer, body: halved(answer.body) } : answer;
    },
  };
  const proxy = await startProxy({
    settings,
    token,
    host: '127.0.0.1',
    port: 0,
    log: (entry) => void (entry.event === 'attempt' && outcomes.push(String(entry['outcome']))),
    upstream: async () => upstream,
  });
  try {
    const { machine, signal } = context;
    const client = await runClient(
      { command, machine, settings: settings(), url: proxy.url, token, prompt, signal },
      ground,
    );
    signal.throwIfAborted();
    return { client, upstream: [...tap.requests()], sent, outcomes };
  } finally {
    await proxy.close(0);
  }
}

/** Bytes of an answer that are read before half of it is passed on. */
const maxBytes = 4 * 1024 * 1024;

/** The first half of the events of a body. */
function halved(body: Body): Body {
  return {
    async read(take) {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      await body.read((piece) => {
        pieces.push(piece);
        bytes += piece.length;
        return bytes < maxBytes;
      });
      await take(firstHalf(Buffer.concat(pieces)));
    },
  };
}

function firstHalf(all: Buffer): Uint8Array {
  const events = all.toString('latin1').match(/[^]*?\r?\n\r?\n/g) ?? [];
  const kept = events.slice(0, Math.ceil(events.length / 2)).join('');
  return kept === '' ? all.subarray(0, all.length / 2) : Buffer.from(kept, 'latin1');
}
