/** `occ service` with a real systemd of the user, in a mount namespace of its own, where this machine allows that. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { builtOcc, requireBuilt } from '../../support/built.ts';
import { hangMs } from '../../support/limits.ts';

requireBuilt();
const beside = fileURLToPath(new URL('../../support/user-systemd.sh', import.meta.url));

/** Mounts and processes of its own: what a failed test leaves behind ends with it. */
const alone = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];

function run(home: string, command: readonly string[], env: Record<string, string> = {}) {
  return spawnSync('unshare', [...alone, 'bash', beside, ...command], {
    encoding: 'utf8',
    timeout: hangMs,
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, ...env },
  });
}

const tried = run('/', ['true']);
const skip =
  tried.status === 0 ? false : 'no systemd can be started for a user here: it takes root, unshare and script';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const token = 'token-that-no-file-may-keep-0123456789';

/** Each step prints a line `== name`, then what it did and its exit code. */
const steps = String.raw`
occ() { "$NODE" "$OCC" "$@"; }
step() { echo "== $1"; shift; "$@" 2>&1; echo "code $?"; }
pid() { systemctl --user show -p MainPID --value occ.service; }
# Never 0, which is every process of this group.
signal() { [ "$2" -gt 1 ] && kill "$1" "$2"; }
# Until a process other than $1 is the service, and answers.
replaced() { for _ in $(seq 600); do p=$(pid); [ "$p" != 0 ] && [ "$p" != "$1" ] && occ status >/dev/null 2>&1 && return; sleep 0.1; done; }
settled() { for _ in $(seq 600); do systemctl --user is-active occ.service | grep -qE '^(inactive|failed)$' && return; sleep 0.1; done; }
step none occ service status
step install occ service install
step again occ service install
step status occ service status --json
step arguments tr '\0' '\n' <"/proc/$(pid)/cmdline"
step mine tr '\0' '\n' <"/proc/$(pid)/environ"
before=$(pid)
step restart occ restart --json
step restarted test "$before" != "$(pid)"
before=$(pid); signal -9 "$before"; replaced "$before"
step survived occ service status
step stop occ stop
settled
step stopped occ service status
step other occ start --json
step taken occ service install
step foreign occ service status
occ stop >/dev/null 2>&1
step changed occ service install --port "$SECOND"
signal -STOP "$(pid)"
step hung occ stop --timeout 0
settled
step down occ service status
step update occ service install --config "$HOME/wrong.json"
step repaired occ service install
step uninstall occ service uninstall
step gone occ service status
step nothing ls -A "$HOME/.config/systemd/user"
step units systemctl --user list-units --all --plain --no-legend 'occ*'
`;

test(
  'install, crash, restart, stop, update and uninstall on a real systemd',
  { skip, timeout: hangMs },
  async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'occ-systemd-'));
    t.after(() => rmSync(home, { recursive: true, force: true }));
    // The paths contain everything that systemd gives a meaning to.
    const odd = join(home, `o"d'd $HOME %h \\ pa th`);
    mkdirSync(odd);
    const node = join(odd, 'node');
    // A copy, since /usr/bin/node would be preferred to a link.
    copyFileSync(process.execPath, node);
    const config = join(odd, 'config.json');
    const [port, second] = [await freePort(), await freePort()];
    writeFileSync(config, JSON.stringify({ port, auth_token: token }), { mode: 0o600 });
    mkdirSync(join(home, '.config/occ'), { recursive: true });
    writeFileSync(join(home, '.config/occ/service.env'), 'OPENCODE_API_KEY=sk-of-the-file-0123456789\n', {
      mode: 0o600,
    });
    writeFileSync(join(home, 'wrong.json'), '{ "port": "x" }', { mode: 0o600 });

    const { stdout, stderr, status } = run(home, ['bash', '-c', steps], {
      NODE: node,
      OCC: builtOcc,
      OCC_CONFIG: config,
      OPENCODE_API_KEY: 'sk-of-the-shell-0123456789',
      ODD: `$HOME %h "x" \\`,
      NO_PROXY: `%h,$HOME,"x"\\,*`,
      SECOND: String(second),
      PATH: `${odd}:${process.env['PATH']}`,
    });
    assert.equal(status, 0, stdout + stderr);
    const parts = new Map(
      stdout
        .split(/^== /m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
    );
    const part = (name: string, code: number, ...expected: RegExp[]): string => {
      const text = parts.get(name) ?? '';
      assert.match(text, new RegExp(`code ${code}\n$`), `${name}\n${text}\n${stderr}`);
      for (const one of expected) assert.match(text, one, name);
      return text;
    };

    part('none', 3, /installed {2}no/);
    part(
      'install',
      0,
      /the service is installed/,
      new RegExp(`occ listens on http://127\\.0\\.0\\.1:${port} `),
    );
    part('again', 0, /the service is unchanged/);
    const json = JSON.parse(part('status', 0).replace(/code 0\n$/, '')) as Record<string, unknown>;
    assert.deepEqual(
      [
        json['installed'],
        json['ours'],
        json['enabled'],
        json['running'],
        json['proxy_is_service'],
        json['failure'],
      ],
      [true, true, true, true, true, null],
    );
    const args = part('arguments', 0).split('\n');
    assert.deepEqual(args.slice(0, 7), [
      node,
      builtOcc,
      'start',
      '--foreground',
      '--quiet',
      '--config',
      config,
    ]);
    const variables = part('mine', 0).split('\n');
    assert(variables.includes(String.raw`NO_PROXY=%h,$HOME,"x"\,*`));
    assert(variables.includes('OPENCODE_API_KEY=sk-of-the-file-0123456789'));
    assert.equal(
      variables.some((one) => one.startsWith('ODD=')),
      false,
    );
    part('restart', 0, new RegExp(`"port": ${port}`));
    part('restarted', 0);
    part('survived', 0, /is the service's/);
    part('stop', 0, /stopped/, /starts it again with your next session/);
    part('stopped', 3, /enabled {4}yes/, /running {4}no/, /none answers/);
    part('other', 0);
    part('taken', 1, /a proxy that is not the service's \(pid \d+\) is running/, /occ stop ends it/);
    part('foreign', 3, /is not the service's/);
    part('changed', 0, /the service is updated/, new RegExp(`127\\.0\\.0\\.1:${second} `));
    part('hung', 0, /did not answer and was killed/);
    part('down', 3, /running {4}no/);
    part('update', 78, /wrong\.json/);
    part('repaired', 0, /the service is updated/);
    part('uninstall', 0, /stopped and removed/);
    part('gone', 3, /installed {2}no/);
    assert.equal(part('nothing', 0), 'code 0\n');
    assert.equal(part('units', 0), 'code 0\n');
    // The token and the keys are where the user put them, and nowhere else.
    for (const secret of [token, 'sk-of-the-shell-0123456789', 'sk-of-the-file-0123456789'])
      assert.deepEqual(
        holding(home, secret),
        secret.startsWith('token')
          ? [config]
          : secret.includes('file')
            ? [join(home, '.config/occ/service.env')]
            : [],
      );
  },
);

/** The files below a folder that contain a text. */
function holding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true && !file.endsWith('/node'))
    .filter((file) => readFileSync(file).includes(text));
}
