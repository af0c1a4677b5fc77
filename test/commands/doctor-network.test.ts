/**
 * Tests that `occ doctor --quick` ends in time on a machine whose network does not answer, in a network namespace of its own.
 * Skipped where the system allows none.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { toAnswer } from '../support/answers.ts';
import { builtOcc } from '../support/built.ts';
import { hangMs, stretched } from '../support/limits.ts';
import { home } from './program.ts';

/** The exit code of the script if the namespace cannot be set up. */
const notPossible = 97;

/** A name server that never answers, and an address at which packets vanish. */
const script = `
set -e
trap 'exit ${notPossible}' ERR
ip link set lo up
ip link add v0 type veth peer name v1
ip addr add 10.255.255.2/24 dev v0
ip link set v0 up
ip link set v1 up
ip neigh add 10.255.255.1 lladdr 00:11:22:33:44:55 dev v0
printf 'nameserver 127.0.0.53\\noptions timeout:20 attempts:3\\n' > "$HOME/resolv.conf"
mount --bind "$HOME/resolv.conf" /etc/resolv.conf
"$NODE" -e 'require("dgram").createSocket("udp4").bind(53, "127.0.0.53", () => console.log("bound"))' > "$HOME/sink" &
sink=$!
trap 'kill $sink' EXIT
until grep -q bound "$HOME/sink"; do kill -0 $sink || exit ${notPossible}; sleep 0.05; done
trap - ERR
set +e
"$NODE" "$OCC" doctor --quick --json
`;

interface Ran {
  code: number | null;
  stdout: string;
  ms: number;
}

function runWithoutNetwork(t: TestContext, env: Record<string, string>, config: object): Promise<Ran> {
  const at = home(t);
  at.write('.config/occ/config.json', JSON.stringify(config));
  const began = performance.now();
  const child = spawn('unshare', ['-r', '-n', '-m', 'bash', '-c', script], {
    env: { PATH: process.env['PATH'], HOME: at.dir, NODE: process.execPath, OCC: builtOcc, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: hangMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: notPossible, stdout, ms: 0 }));
    child.once('close', (code) => resolve({ code, stdout, ms: performance.now() - began }));
  });
}

const models = { default: { provider: 'opencode-go', model_id: 'glm-5.3' } };
const key = { api_key: 'sk-test-0123456789abcdef', models };
const hole = 'http://10.255.255.1';

for (const [name, env, config, who] of [
  ['a name server', {}, key, 'opencode.ai'],
  ['the host', {}, { ...key, opencode_go: { base_url: `${hole}/v1/chat/completions` } }, '10.255.255.1'],
  ['the proxy', { HTTPS_PROXY: `${hole}:3128` }, key, 'opencode.ai through 10.255.255.1:3128'],
  ['a name server for the proxy', { HTTPS_PROXY: 'http://proxy.example:3128' }, key, 'proxy.example:3128'],
] as const)
  test(`--quick ends in time and says who does not answer: ${name}`, async (t) => {
    const { code, stdout, ms } = await runWithoutNetwork(t, env, config);
    // Without the right to make a namespace, unshare ends with 1 and prints nothing.
    if (stdout === '') return t.skip('no network namespace can be made here');
    const { findings } = toAnswer('doctor', stdout) as {
      findings: {
        code: string;
        level: string;
        fault?: string;
        summary: string;
        skipped?: { because: string };
      }[];
    };
    const reachable = findings.find((found) => found.code === 'reachable');
    // On a busy machine the ten seconds are over first.
    if (reachable?.level === 'fail') {
      assert.equal(code, 1);
      assert.equal(reachable.fault, 'client');
      assert.match(reachable.summary, /^no answer from .* within 5 s$/);
      assert.ok(reachable.summary.includes(who), reachable.summary);
    } else assert.equal(reachable?.skipped?.because, 'time', JSON.stringify(reachable));
    assert.ok(ms < stretched(12_000), `${ms} ms`);
  });
