/** Checks the proxies of the environment and the port of the configuration. */
import { connect } from 'node:net';
import { findHealth } from '../../../daemon/probe.ts';
import { toNumber } from '../../../json.ts';
import { localUrl } from '../../../loopback.ts';
import { isUsable, readProxies, valueOf } from '../../../proxy/outbound-proxies.ts';
import { quote } from '../../../shell-word.ts';
import { settingsOf, type Check, type CheckResult } from '../../check.ts';
import { ownerOfPort } from '../../../daemon/listener.ts';

export const proxyEnv: Check = {
  code: 'proxy-env',
  title: 'HTTP proxies of the environment are valid and exclude this machine',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 1000,
  run({ machine: { env } }): CheckResult {
    const { http, https, bypass } = readProxies(env);
    const choices = [https, http].filter((choice) => choice !== undefined);
    const unusable = choices.find((choice) => !isUsable(choice));
    if (unusable !== undefined && !isUsable(unusable)) {
      const { variable, reason } = unusable;
      return {
        level: 'fail',
        summary: reason,
        fault: 'client',
        remedy: {
          text: 'correct it, or unset it',
          commands: [`unset ${variable} ${variable.toLowerCase()}`],
        },
      };
    }
    const used = choices.filter(isUsable);
    if (used.length === 0) return { level: 'ok', summary: 'none' };
    const names = [...new Set(used.map(({ variable, address }) => `${variable} (${address})`))].join(', ');
    if (https === undefined) {
      return {
        level: 'warn',
        summary: `${names} is for addresses that begin with http://; those with https:// are requested without a proxy`,
        fault: 'client',
        remedy: {
          text: 'if this network requires the proxy, name it for https, too',
          commands: ['export HTTPS_PROXY="${HTTP_PROXY:-$http_proxy}"'],
        },
      };
    }
    if (bypass('127.0.0.1', 80)) return { level: 'ok', summary: `${names}; this machine is excluded` };
    const exceptions = valueOf(env, 'NO_PROXY').split(/[\s,]+/);
    const all = [...exceptions.filter((host) => host !== ''), '127.0.0.1', 'localhost', '::1'].join(',');
    return {
      level: 'warn',
      summary: `${names} without 127.0.0.1 in NO_PROXY`,
      detail:
        'occ launch adds it for its client; a client you start yourself would reach occ through that proxy.',
      fault: 'client',
      remedy: {
        text: 'add this machine to NO_PROXY',
        commands: [`export NO_PROXY=${quote(all)} no_proxy=${quote(all)}`],
      },
    };
  },
};

export const loopback: Check = {
  code: 'loopback',
  title: 'this machine can connect to itself',
  unmet: 'this machine cannot connect to itself',
  kind: 'offline',
  scope: 'machine',
  needs: [],
  limitMs: 5000,
  async run(context): Promise<CheckResult> {
    const { port } = await context.emulator();
    const error = await connectTo('127.0.0.1', port, context.signal);
    if (error === undefined) return { level: 'ok', summary: '127.0.0.1 answers' };
    return {
      level: 'fail',
      summary: `127.0.0.1 cannot be reached (${error.code ?? error.message}), where occ and its clients meet`,
      fault: 'client',
      remedy: {
        text: 'turn on the loopback interface of this machine or container',
        commands: ['ip link set lo up'],
      },
    };
  },
};

export const port: Check = {
  code: 'port',
  title: 'the port of occ start is free or in use by occ',
  kind: 'offline',
  scope: 'machine',
  needs: ['config'],
  limitMs: 5000,
  async run(context): Promise<CheckResult> {
    const { host, port: number } = settingsOf(context);
    if (number === 0) return { level: 'ok', summary: 'any free port' };
    const where = `${host}:${number}`;
    if (!(await isTaken(host, number, context.signal))) return { level: 'ok', summary: `${where} is free` };
    const health = await findHealth(localUrl(host, number));
    if (health)
      return { level: 'ok', summary: `${where} is used by occ (pid ${toNumber(health['pid']) ?? 0})` };
    const owner = ownerOfPort(number);
    return {
      level: 'warn',
      summary: `${where} is used by ${owner ?? 'another program'}`,
      detail: 'occ launch is not affected, because it uses a free port.',
      fault: 'client',
      remedy: {
        text: 'stop that program, or configure another port for occ start',
        commands: ['occ config set port 0'],
      },
    };
  },
};

/** Connects instead of listening, so that the port is never blocked. */
async function isTaken(host: string, number: number, signal: AbortSignal): Promise<boolean> {
  const { hostname } = new URL(localUrl(host, number));
  return (await connectTo(hostname.replace(/^\[|\]$/g, ''), number, signal)) === undefined;
}

/** Resolves to the reason if no connection is established, also if `signal` aborts before. */
function connectTo(
  host: string,
  number: number,
  signal: AbortSignal,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: number });
    const end = (error?: NodeJS.ErrnoException): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once('connect', () => end());
    socket.once('error', end);
    signal.addEventListener('abort', () => end(new Error('aborted')), { once: true });
  });
}
