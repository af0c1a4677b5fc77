/** Starts proxies in separate processes, each with an empty home directory. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../../lib/config/settings.ts';
import { hangMs } from '../limits.ts';

export interface ForkedProxy {
  url: string;
  stop(): Promise<void>;
}

/** Rejects after 30 s, or when the process ends without listening. */
export async function forkProxy(settings: Settings): Promise<ForkedProxy> {
  const home = mkdtempSync(join(tmpdir(), 'occ-apart-'));
  const child = fork(new URL('forked-proxy-main.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: join(home, 'state') },
    serialization: 'advanced',
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  child.send(settings);
  const url = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(hangMs) }).then(([message]) => String(message)),
    ended.then(([code]) => Promise.reject(new Error(`the proxy's process ended with ${code}`))),
  ]);
  return {
    url,
    async stop() {
      child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(late);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
