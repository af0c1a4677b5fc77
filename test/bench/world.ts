/** The processes that a run measures side by side: an upstream, the clients, the floors, and the subjects. */
import { startChild, type Child } from './child.ts';
import type { Answer } from './processes/answer.ts';
import type { Peer } from './peers/peer.ts';
import { startPeer } from './peers/start.ts';
import { upstreamPaths, type Format } from './processes/formats.ts';
import type { Asked } from './processes/load.ts';
import type { Inside } from './processes/probe.ts';
import { cpuQuestion } from './processes/reply.ts';
import {
  clientHeaders,
  clientPath,
  makeHome,
  modelIn,
  startOcc,
  type Home,
  type RunningProxy,
  type Subject,
} from './subject.ts';
import { cpuMs } from './usage.ts';

export const floorNames = ['direct', 'pipe', 'parse', 'empty', 'recorded', 'unrecorded'] as const;
/** `direct` is the upstream without anything before it. The last two are the proxy from the sources of this checkout. */
export type FloorName = (typeof floorNames)[number];

/** Something that answers requests: a floor, occ, or a peer. */
export interface Contender {
  name: string;
  pid: number;
  /** The request of a client of the other format, Anthropic's unless given, that is answered by an upstream of this one. */
  to(format: Format, client?: Format): Omit<Asked, 'body'>;
  /** The id of the model that a client names in the body. */
  model(format: Format): string;
  /** Where occ runs; floors have none. */
  home?: Home;
  /**
   * Milliseconds of CPU until now. Our own processes count theirs in microseconds; others are looked at from outside, which
   * on some kernels shows only steps of 10 ms.
   */
  cpuMs(): Promise<number>;
  /** What the probe in it says; only where it runs with one. */
  inside?: () => Promise<Inside>;
  stop(): Promise<void> | void;
}

export class World {
  readonly subjects: readonly Subject[];
  /** Other proxies that are measured beside the subjects. */
  readonly peers: readonly Peer[];
  readonly upstream: Child;
  readonly load: Child;
  private readonly started = new Map<string, Promise<Contender>>();
  private starterChild: Promise<Child> | undefined;

  private constructor(subjects: readonly Subject[], peers: readonly Peer[], upstream: Child, load: Child) {
    this.subjects = subjects;
    this.peers = peers;
    this.upstream = upstream;
    this.load = load;
  }

  static async start(subjects: readonly Subject[], peers: readonly Peer[] = []): Promise<World> {
    return new World(subjects, peers, await startChild('upstream'), await startChild('load'));
  }

  /** The process that starts programs; started when it is first needed. */
  starter(): Promise<Child> {
    return (this.starterChild ??= startChild('starter'));
  }

  /** The floor, or the subject's proxy with these arguments of Node. Runs until the end of the part. */
  contender(name: string, nodeArguments: readonly string[] = []): Promise<Contender> {
    const known = this.started.get(name);
    if (known) return known;
    const starting = this.startContender(name, nodeArguments);
    this.started.set(name, starting);
    return starting;
  }

  /** A new home directory in which the subject asks the upstream. */
  home(name: string): Home {
    return makeHome(this.subject(name), this.upstream.port);
  }

  /** The checkout of the subject. */
  rootOf(name: string): string {
    return this.subject(name).root;
  }

  private subject(name: string): Subject {
    const subject = this.subjects.find((one) => one.name === name);
    if (!subject) throw new Error(`no subject "${name}"`);
    return subject;
  }

  answerWith(answer: Answer): Promise<void> {
    return this.upstream.ask(answer);
  }

  /** Stops one of them; the next use starts a fresh one. */
  async stopContender(name: string): Promise<void> {
    const one = await this.started.get(name);
    this.started.delete(name);
    await one?.stop();
  }

  /** Stops the floors and the proxies, so that the next part finds fresh ones. */
  async stopContenders(): Promise<void> {
    for (const name of this.started.keys()) await this.stopContender(name);
  }

  /** Ends every process of this world. */
  async close(): Promise<void> {
    await this.stopContenders();
    for (const child of [this.upstream, this.load, await this.starterChild]) child?.stop();
  }

  private async startContender(name: string, nodeArguments: readonly string[]): Promise<Contender> {
    if (name === 'direct') {
      return { ...floorRequests(this.upstream.port), ...ownUsage(this.upstream), name, stop() {} };
    }
    if (name === 'pipe' || name === 'parse' || name === 'empty') {
      const floor = await startChild('floor', [name, String(this.upstream.port)]);
      return { ...floorRequests(floor.port), ...ownUsage(floor), name, stop: floor.stop };
    }
    if (name === 'recorded' || name === 'unrecorded') {
      const home = makeHome({ name, root: '' }, this.upstream.port);
      const host = await startChild('host', [home.dir, name === 'recorded' ? 'all' : 'none']);
      const proxy = { ...host, stop: () => Promise.resolve(host.stop()) };
      return { ...this.contenderOf(name, proxy, home), ...ownUsage(host) };
    }
    const peer = this.peers.find((one) => one.name === name);
    if (peer) return contenderOfPeer(peer, this.upstream.port);
    const home = this.home(name);
    return this.contenderOf(name, await startOcc(home, nodeArguments), home);
  }

  /** A running proxy as a contender. Its home directory is removed when it stops. */
  contenderOf(name: string, proxy: RunningProxy, home: Home): Contender {
    const { pid, port, stop, inside } = proxy;
    return {
      name,
      pid,
      cpuMs: () => Promise.resolve(cpuMs(pid)),
      home,
      ...(inside && { inside }),
      to: (format, client = 'messages') => ({
        port,
        path: clientPath(client, modelIn[format]),
        headers: clientHeaders,
      }),
      model: (format) => modelIn[format],
      async stop() {
        await stop();
        home.remove();
      },
    };
  }
}

function ownUsage(child: Child): Pick<Contender, 'pid' | 'cpuMs'> {
  return { pid: child.pid, cpuMs: () => child.ask(cpuQuestion) };
}

function floorRequests(port: number): Pick<Contender, 'to' | 'model'> {
  return { to: (format) => ({ port, path: upstreamPaths[format] }), model: () => 'bench-1' };
}

/** A peer translates to Chat Completions alone. */
async function contenderOfPeer(peer: Peer, upstreamPort: number): Promise<Contender> {
  const { pid, port, stop } = await startPeer(peer, upstreamPort);
  const { name, headers, model } = peer;
  return {
    name,
    pid,
    cpuMs: () => Promise.resolve(cpuMs(pid)),
    to: () => ({ port, path: '/v1/messages', headers }),
    model: () => model,
    stop,
  };
}
