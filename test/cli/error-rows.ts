/** For each error code of lib: command lines that end with it, or why none is in the table. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Place } from './run-main.ts';

export interface Row {
  code: string;
  args: readonly string[];
  exit: number;
  /** Part of the first line. */
  what: RegExp;
  /** Part of the lines after it: the next step. */
  next: RegExp;
  /** Prepares the home directory, which is also the working directory; may change what the program is given. */
  given?: (at: string, t: TestContext) => Partial<Place> | Promise<Partial<Place>> | void;
}

/** Writes a file below the home directory. */
function put(at: string, file: string, text: string, mode = 0o600): string {
  const path = join(at, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** Puts a report there that runs. */
function putCapture(at: string, file: string): void {
  const from = new URL('../fixtures/captures/cut-after-text.json', import.meta.url);
  put(at, file, readFileSync(from, 'utf8'));
}

const config =
  (value: unknown, file = '.config/occ/config.json') =>
  (at: string): void =>
    void put(at, file, typeof value === 'string' ? value : JSON.stringify(value));

const env = (variables: Record<string, string>) => (): Partial<Place> => ({ env: variables });

/** An editor that runs this script of sh; `$1` is the copy of the file. */
const editor =
  (script: string) =>
  (at: string): Partial<Place> => {
    config({ port: 1 })(at);
    const path = put(at, 'editor', `#!/bin/sh\n${script}\n`, 0o700);
    return { env: { EDITOR: path, HOME: at, TMPDIR: at, PATH: '/usr/bin:/bin' } };
  };

/** An environment whose variables cannot be read. */
const failing = (error: Error) => (): Partial<Place> => ({
  env: new Proxy(
    {},
    {
      get: () => {
        throw error;
      },
    },
  ),
});

/** A systemctl that runs this script of sh; its arguments are in `$*`. */
const systemctl =
  (script: string, key = true) =>
  (at: string): Partial<Place> => {
    if (key) config({ api_key: 'sk-0123456789abcdef', port: 1 })(at);
    put(at, 'bin/systemctl', `#!/bin/sh\n${script}\n`, 0o700);
    return { env: { HOME: at, PATH: `${join(at, 'bin')}:/usr/bin:/bin` } };
  };

async function takenPort(_at: string, t: TestContext): Promise<Partial<Place>> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return { env: { OCC_PORT: String((server.address() as AddressInfo).port) } };
}

/** An occ on the configured port that answers /health with this, and everything else with the status. */
const proxy =
  (health: object, status = 200, record?: object) =>
  async (at: string, t: TestContext): Promise<Partial<Place>> => {
    const server = createServer((request, response) => {
      const open = request.url === '/health';
      response.statusCode = open ? 200 : status;
      response.end(JSON.stringify(open ? { service: 'occ', ...health } : {}));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    chmodSync(at, 0o700);
    if (record !== undefined)
      put(at, '.local/state/occ/proxy.json', JSON.stringify({ ...record, url, port, host: '127.0.0.1' }));
    return { env: { OCC_PORT: String(port) } };
  };

const usage = (line: string, what: RegExp, next = /occ help/): Row => ({
  code: 'usage',
  args: line.split(' '),
  exit: 2,
  what,
  next,
});

export const rows: readonly Row[] = [
  // Of commander
  usage('xyzzy', /there is no command "xyzzy"/),
  usage('login', /there is no command "login"/, /occ config set api_key --stdin/),
  usage('config xyzzy', /there is no command "config xyzzy"/, /occ help config /),
  usage('help xyzzy', /there is no command "xyzzy"/),
  usage('--xyzzy', /there is no option --xyzzy/),
  usage('status --xyzzy', /status has no option --xyzzy/, /occ help status/),
  usage('config get', /config get: missing required argument 'key'/, /occ help config get/),
  usage('stop now', /stop takes no arguments, but got: now/, /occ help stop/),
  usage('stop --timeout', /stop: option '--timeout <s>' argument missing/, /occ help stop/),
  usage('stop --timeout soon', /'soon' is invalid: expected seconds, from 0 to 86400/, /occ help stop/),
  usage('start -p 70000', /'70000' is invalid: expected a number from 0 to 65535/, /occ help start/),
  usage(
    'env --shell tcsh',
    /'tcsh' is invalid: allowed choices are bash, zsh, fish, powershell/,
    /occ help env/,
  ),
  usage(
    'completion tcsh',
    /completion: 'tcsh' is invalid: allowed choices are bash, zsh, fish/,
    /occ help completion/,
  ),
  usage(
    'logs --request req_',
    /'req_' is invalid: expected the id of a request or its start/,
    /occ help logs/,
  ),
  usage('usage --csv --json', /'--csv' cannot be used with option '--json'/, /occ help usage/),
  usage('doctor --live --offline', /cannot be used with/, /occ help doctor/),
  // Of the commands
  usage('doctor xyzzy', /there is no check "xyzzy"/, /occ doctor --list/),
  usage('doctor --offline verify', /--offline before the word verify/, /occ help doctor verify/),
  usage(
    'doctor verify --budget 0',
    /'0' is invalid: expected a number of requests/,
    /occ help doctor verify/,
  ),
  usage('doctor verify --model emulator/emulator-chat', /no model of a provider/, /occ models/),
  {
    code: 'consent_missing',
    args: ['doctor', 'verify'],
    exit: 2,
    what: /cost money, and there is no terminal to ask on/,
    next: /--yes/,
    given: config({
      models: { default: { provider: 'near', model_id: 'x' } },
      providers: { near: { base_url: 'http://127.0.0.1:9/v1' } },
    }),
  },
  usage('doctor --provider xyzzy', /xyzzy/, /configured: |did you mean/),
  usage('launch -m', /-m needs a value/, /occ launch --help/),
  usage('launch exec', /needs a program/, /occ launch exec -- node agent.js/),
  usage('config set port', /value/, /occ config set port <value>/),
  {
    code: 'shell_unknown',
    args: ['completion'],
    exit: 2,
    what: /\$SHELL is tcsh/,
    next: /occ completion bash/,
    given: env({ SHELL: '/bin/tcsh' }),
  },
  { code: 'key_unknown', args: ['config', 'set', 'prot', '1'], exit: 2, what: /no key prot/, next: /port/ },
  { code: 'key_unknown', args: ['config', 'get', '..'], exit: 2, what: /not a key/, next: /port/ },
  {
    code: 'key_unknown',
    args: ['config', 'unset', 'prot'],
    exit: 2,
    what: /no key prot/,
    next: /did you mean port\?/,
  },
  {
    code: 'key_not_set',
    args: ['config', 'get', 'auth_token'],
    exit: 1,
    what: /auth_token is not set/,
    next: /occ config show/,
  },
  {
    code: 'model_ambiguous',
    args: ['use', 'glm-5.3'],
    exit: 2,
    what: /glm-5\.3 is a model of opencode-go and opencode-zen/,
    next: /occ use opencode-go\/glm-5\.3/,
    given: config({
      models: { default: { provider: 'lab', model_id: 'x' } },
      providers: { lab: { base_url: 'http://127.0.0.1:1/v1' } },
    }),
  },
  {
    code: 'model_unknown',
    args: ['use', 'glm-5.33'],
    exit: 2,
    what: /has a model glm-5\.33/,
    next: /did you mean glm-5\.3\?/,
  },
  {
    code: 'model_unknown',
    args: ['launch', '-m', 'no-such-model'],
    exit: 2,
    what: /no model "no-such-model"/,
    next: /provider/,
    given: env({ OCC_API_KEY: 'sk-x' }),
  },
  {
    code: 'settings_unreadable',
    args: ['launch', '--settings', 'none.json', '--emulator', '--dry-run'],
    exit: 2,
    what: /--settings: /,
    next: /expected the path of a JSON file/,
  },
  {
    code: 'config_pipe',
    args: ['config', 'set', 'port', '1', '--config', '/dev/fd/63'],
    exit: 2,
    what: /\/dev\/fd\/63 is a pipe of the shell/,
    next: /name the file/,
  },
  {
    code: 'request_unreadable',
    args: ['route', '--request', 'c.json'],
    exit: 1,
    what: /c\.json is not a request/,
    next: /Messages request/,
    given: config('[]', 'c.json'),
  },
  {
    code: 'not_running',
    args: ['launch', '--attach'],
    exit: 3,
    what: /no proxy is running/,
    next: /occ start/,
    given: env({ OCC_PORT: '0' }),
  },
  // Of the configuration
  {
    code: 'config_unreadable',
    args: ['config', 'show', '--config', 'none.json'],
    exit: 78,
    what: /cannot read the configuration .*none\.json/,
    next: /occ config path/,
  },
  {
    code: 'config_invalid',
    args: ['launch'],
    exit: 78,
    what: /config\.json is not valid/,
    next: /port.*number/,
    given: config({ port: 'high' }),
  },
  {
    code: 'config_invalid',
    args: ['config', 'set', 'port', '1'],
    exit: 78,
    what: /config\.json is not valid/,
    next: /occ config check/,
    given: config('{ "port": '),
  },
  {
    code: 'config_refused',
    args: ['config', 'set', 'models.default.temperature', '9'],
    exit: 78,
    what: /nothing was changed: .* would not be valid/,
    next: /temperature/,
  },
  {
    code: 'config_ambiguous',
    args: ['config', 'set', 'retry.attempts', '2'],
    exit: 78,
    what: /occurs more than once/,
    next: /occ config edit/,
    given: config('{ "retry": {}, "retry": {} }'),
  },
  {
    code: 'config_exists',
    args: ['config', 'init'],
    exit: 1,
    what: /already exists/,
    next: /occ config init --force/,
    given: config({ port: 1 }),
  },
  {
    code: 'config_foreign',
    args: ['config', 'set', 'port', '1'],
    exit: 1,
    what: /belongs to another tool/,
    next: /occ config init/,
    given: config({ port: 1 }, '.config/oc-go-cc/config.json'),
  },
  {
    code: 'import_not_found',
    args: ['config', 'import'],
    exit: 1,
    what: /there is no configuration of another tool; looked for .*oc-go-cc/,
    next: /occ config import <file>/,
  },
  {
    code: 'import_not_found',
    args: ['config', 'import', 'ccr'],
    exit: 1,
    what: /config\.sqlite: version 3 keeps its configuration in a database/,
    next: /sqlite3 -readonly .*occ config import ccr\.json/s,
    given: (at) => void put(at, '.claude-code-router/config.sqlite', 'SQLite format 3'),
  },
  {
    code: 'import_ambiguous',
    args: ['config', 'import'],
    exit: 2,
    what: /found 2 configurations of other tools/,
    next: /occ config import .*oc-go-cc.*occ config import .*claude-code-router/s,
    given(at) {
      put(at, '.config/oc-go-cc/config.json', '{}');
      put(at, '.claude-code-router/config.json', '{}');
    },
  },
  usage('config import ruter', /"ruter" is neither a file nor a tool/, /occ config import lists/),
  usage('config import oc-go-c', /neither a file nor a tool/, /did you mean occ config import oc-go-cc/),
  {
    code: 'usage',
    args: ['config', 'import', 'c.json', '--merge', '--force'],
    exit: 2,
    what: /found --merge and --force/,
    next: /--merge adds to the file/,
    given: config({ models: { default: { model_id: 'glm-5.3' } } }, 'c.json'),
  },
  {
    code: 'import_unreadable',
    args: ['config', 'import', 'nowhere.json'],
    exit: 78,
    what: /cannot read .*nowhere\.json: there is no such file/,
    next: /check the path/,
  },
  {
    code: 'import_invalid',
    args: ['config', 'import', 'c.json'],
    exit: 78,
    what: /cannot read .*c\.json: line 1, column 3: /,
    next: /occ never changes it/,
    given: config('{ Providers }', 'c.json'),
  },
  {
    code: 'import_unknown',
    args: ['config', 'import', 'c.json'],
    exit: 1,
    what: /c\.json does not look like a configuration of oc-go-cc/,
    next: /occ config import lists/,
    given: config({ name: 'some-package' }, 'c.json'),
  },
  {
    code: 'import_empty',
    args: ['config', 'import', 'c.json'],
    exit: 1,
    what: /occ can use nothing of .*c\.json/,
    next: /occ config init/,
    given: config({ Providers: [], LOG: true }, 'c.json'),
  },
  {
    code: 'import_too_large',
    args: ['config', 'import', 'c.json', '--merge'],
    exit: 1,
    what: /found 600 settings to add/,
    next: /occ config import --force/,
    given(at) {
      config({ model_overrides: { a: { model_id: 'glm-5.3' } } })(at);
      const ids = Array.from({ length: 600 }, (_, index) => [`m${index}`, { model_id: 'glm-5.3' }]);
      put(at, 'c.json', JSON.stringify({ model_overrides: Object.fromEntries(ids) }));
    },
  },
  {
    code: 'config_exists',
    args: ['config', 'import', 'c.json'],
    exit: 1,
    what: /already exists/,
    next: /occ config import --merge .*occ config import --force/s,
    given(at) {
      config({ port: 1 })(at);
      put(at, 'c.json', JSON.stringify({ models: { default: { model_id: 'glm-5.3' } } }));
    },
  },
  {
    code: 'config_unwritable',
    args: ['config', 'set', 'port', '1', '--config', 'c.json/occ.json'],
    exit: 1,
    what: /cannot write .*: part of its path is not a directory/,
    next: /nothing was changed/,
    given: config({}, 'c.json'),
  },
  {
    code: 'no_editor',
    args: ['config', 'edit'],
    exit: 1,
    what: /no editor is set/,
    next: /EDITOR=nano occ config edit/,
  },
  {
    code: 'editor_failed',
    args: ['config', 'edit'],
    exit: 1,
    what: /the editor .*editor/,
    next: /occ config edit/,
    given: editor('exit 3'),
  },
  {
    code: 'draft_gone',
    args: ['config', 'edit'],
    exit: 1,
    what: /has removed the copy/,
    next: /occ config edit/,
    given: editor('rm "$1"'),
  },
  {
    code: 'config_overtaken',
    args: ['config', 'edit'],
    exit: 1,
    what: /was changed by another program while you edited/,
    next: /occ config edit/,
    given: editor('echo \'{ "port": 2 }\' >"$1"; echo \'{ "port": 3 }\' >"$HOME/.config/occ/config.json"'),
  },
  // Of the keys
  {
    code: 'key_missing',
    args: ['launch'],
    exit: 78,
    what: /has no key/,
    next: /occ launch --emulator needs no key/,
  },
  {
    code: 'key_invalid',
    args: ['launch'],
    exit: 78,
    what: /the key from .*OCC_API_KEY/,
    next: /copy the key again/,
    given: env({ OCC_API_KEY: 'sk-one sk-two' }),
  },
  {
    code: 'key_missing',
    args: ['launch'],
    exit: 78,
    what: /api_key_command/,
    next: /check that the command of api_key_command prints the key/,
    given: config({ api_key_command: ['false'] }),
  },
  // Of the service
  usage('service xyzzy', /there is no command "service xyzzy"/, /occ help service/),
  usage('service install --port 0', /'0' is invalid: expected a number from 1 to 65535/, /service install/),
  {
    code: 'service_unsupported',
    args: ['service', 'install'],
    exit: 1,
    what: /there is no systemd here/,
    next: /occ start runs the proxy in the background/,
  },
  {
    code: 'service_unsupported',
    args: ['service', 'status'],
    exit: 1,
    what: /systemd does not answer for this user \(no bus\)/,
    next: /XDG_RUNTIME_DIR/,
    given: systemctl('echo no bus >&2; exit 1'),
  },
  {
    code: 'service_foreign',
    args: ['service', 'uninstall'],
    exit: 1,
    what: /occ\.service was not written by occ/,
    next: /rename or remove it/,
    given: (at) => void put(at, '.config/systemd/user/occ.service', '[Service]\n'),
  },
  {
    code: 'service_failed',
    args: ['service', 'install', '--no-start'],
    exit: 1,
    what: /systemctl --user enable occ\.service failed: not allowed/,
    next: /occ service status/,
    given: systemctl('case "$*" in *enable*) echo not allowed >&2; exit 1;; esac'),
  },
  {
    code: 'service_not_answering',
    args: ['service', 'install'],
    exit: 1,
    what: /the service is installed, but its proxy ended \(exit-code, exit code 78\)/,
    next: /journalctl --user -u occ\.service/,
    given: systemctl('printf "ActiveState=failed\\nResult=exit-code\\nExecMainStatus=78\\n"'),
  },
  {
    code: 'service_key_unseen',
    args: ['service', 'install'],
    exit: 78,
    what: /does not see the variables of this shell \(OPENCODE_API_KEY\)/,
    next: /occ config set api_key --stdin/,
    given: (at) => {
      const { env: of } = systemctl('exit 0', false)(at);
      return { env: { ...of, OPENCODE_API_KEY: 'sk-0123456789abcdef', OCC_PORT: '1' } };
    },
  },
  // Of the proxy and its client
  {
    code: 'not_running',
    args: ['env'],
    exit: 3,
    what: /no proxy is running/,
    next: /occ start/,
    given: env({ OCC_PORT: '0' }),
  },
  {
    code: 'token_unknown',
    args: ['env'],
    exit: 1,
    what: /the proxy on .* has no record here, and requires a token/,
    next: /OCC_AUTH_TOKEN/,
    given: proxy({ pid: process.pid }, 401),
  },
  {
    // The process id is one of a container: here it is another process, or none.
    code: 'proxy_unrecorded',
    args: ['stop'],
    exit: 1,
    what: /the proxy on .* \(pid 1\) cannot be ended from here/,
    next: /occ stop/,
    given: proxy({ pid: 1 }),
  },
  {
    code: 'proxy_differs',
    args: ['env'],
    exit: 1,
    what: /the proxy on .* is occ 99\.0\.0 and does not understand occ/,
    next: /occ restart/,
    given: proxy({ instance: 'i' }, 404, {
      instance: 'i',
      pid: process.pid,
      version: '99.0.0',
      started_at: '2026-01-01T00:00:00Z',
      control: 'c',
      program: 'occ',
      options: {},
      log: '/l',
    }),
  },
  {
    code: 'client_not_found',
    args: ['launch', '--emulator'],
    exit: 127,
    what: /claude was not found/,
    next: /npm install -g/,
    given: env({ PATH: '/nonexistent' }),
  },
  {
    code: 'client_not_found',
    args: ['launch', '--emulator', 'exec', '--', './no-such-program'],
    exit: 127,
    what: /no-such-program was not found/,
    next: /occ launch exec -- \/path/,
  },
  {
    code: 'client_not_executable',
    args: ['launch', '--emulator', 'exec', '--', 'odd'],
    exit: 126,
    what: /odd was found but cannot be run: permission denied/,
    next: /chmod \+x/,
    given(at) {
      put(at, 'odd', 'text', 0o600);
      return { env: { PATH: at } };
    },
  },
  {
    code: 'port_in_use',
    args: ['start', '--foreground', '--emulator'],
    exit: 1,
    what: /port \d+ on 127\.0\.0\.1 is in use/,
    next: /occ start --port 0/,
    given: takenPort,
  },
  {
    code: 'cannot_listen',
    args: ['start', '--foreground', '--emulator', '--port', '0', '--host', '203.0.113.7'],
    exit: 1,
    what: /cannot listen on 203\.0\.113\.7/,
    next: /occ start --host 127\.0\.0\.1/,
    given: env({ OCC_AUTH_TOKEN: 'a-token' }),
  },
  {
    code: 'start_failed',
    args: ['start', '--emulator', '--port', '0'],
    exit: 1,
    what: /the proxy cannot be started/,
    next: /can be written/,
    given: config('', '.local/state'),
  },
  {
    code: 'record_unwritable',
    args: ['start', '--foreground', '--emulator', '--port', '0'],
    exit: 1,
    what: /cannot write the proxy's record/,
    next: /occ stop/,
    given: (at) => void mkdirSync(join(at, '.local/state/occ/proxy.json/x'), { recursive: true }),
  },
  // Of the system, and of occ itself
  {
    code: 'answer_unwritten',
    args: ['config', 'path'],
    exit: 1,
    what: /the answer could not be written \(ENOSPC\)/,
    next: /run the command again/,
    given: () => ({ fullDisk: true }),
  },
  {
    code: 'system',
    args: ['config', 'path'],
    exit: 1,
    what: /cannot create the directory \/x: permission denied \(EACCES\)/,
    next: /make it writable/,
    given: failing(Object.assign(new Error('no'), { code: 'EACCES', syscall: 'mkdir', path: '/x' })),
  },
  {
    code: 'system',
    args: ['config', 'path'],
    exit: 1,
    what: /cannot write: the disk is full \(ENOSPC\)/,
    next: /free some disk space/,
    given: failing(Object.assign(new Error('no'), { code: 'ENOSPC', syscall: 'write' })),
  },
  {
    code: 'request_unknown',
    args: ['why', 'req_3f2a9c'],
    exit: 1,
    what: /no request req_3f2a9c is on record; looked at the log /,
    next: /occ logs/,
  },
  {
    code: 'usage',
    args: ['why', 'yesterday'],
    exit: 2,
    what: /"yesterday" is not the id of a request/,
    next: /occ why explains the last failure/,
  },
  {
    code: 'usage',
    args: ['record', 'maybe'],
    exit: 2,
    what: /occ record takes on or off, not "maybe"/,
    next: /occ record on writes/,
  },
  {
    code: 'not_running',
    args: ['record', 'on'],
    exit: 3,
    what: /no proxy is running, so there is nothing to record/,
    next: /occ start or occ launch/,
  },
  {
    code: 'capture_unknown',
    args: ['replay', 'req_3f2a9c'],
    exit: 1,
    what: /no recording of req_3f2a9c; looked at ~\/\.local\/state\/occ\/captures/,
    next: /logging\.captures\.enabled/,
  },
  {
    code: 'capture_unknown',
    args: ['replay'],
    exit: 1,
    what: /no request is recorded/,
    next: /a running proxy remembers/,
  },
  {
    code: 'capture_unreadable',
    args: ['replay', 'missing.json'],
    exit: 1,
    what: /missing\.json cannot be read: there is no such file/,
    next: /give a file that occ wrote/,
  },
  {
    code: 'capture_invalid',
    args: ['replay', 'words.txt'],
    exit: 1,
    what: /words\.txt cannot be replayed: it is not JSON/,
    next: /give a file that occ wrote/,
    given: (at) => void put(at, 'words.txt', 'no capture'),
  },
  {
    code: 'capture_invalid',
    args: ['replay', 'skeleton.json'],
    exit: 1,
    what: /it is a skeleton, without the text/,
    next: /occ record on/,
    given: (at) => void put(at, 'skeleton.json', '{"schema":1,"kind":"skeleton"}'),
  },
  {
    code: 'capture_unknown',
    args: ['report'],
    exit: 1,
    what: /no request is recorded/,
    next: /a running proxy remembers/,
  },
  {
    code: 'report_unconfirmed',
    args: ['report', 'capture.json'],
    exit: 2,
    what: /no terminal to ask whether the report should be written/,
    next: /occ report capture\.json --yes writes it/,
    given: (at) => putCapture(at, 'capture.json'),
  },
  {
    code: 'report_exists',
    args: ['report', 'capture.json', '-o', 'capture.json'],
    exit: 1,
    what: /capture\.json exists and is not replaced/,
    next: /a new file with --output, or remove that one/,
    given: (at) => putCapture(at, 'capture.json'),
  },
  {
    code: 'report_unwritable',
    args: ['report', 'capture.json', '-o', 'missing/report.json'],
    exit: 1,
    what: /report\.json cannot be written: /,
    next: /a folder that you can write/,
    given: (at) => putCapture(at, 'capture.json'),
  },
  {
    code: 'log_missing',
    args: ['logs'],
    exit: 1,
    what: /there is no log yet: .*occ\.log/,
    next: /begins with the first request/,
  },
  {
    code: 'log_unreadable',
    args: ['logs'],
    exit: 1,
    what: /the log .*occ\.log cannot be read: it is a directory, expected a file/,
    next: /move away what stands in its place: mv \S+occ\.log \S+occ\.log\.old/,
    given: (at) => void mkdirSync(join(at, '.local/state/occ/occ.log'), { recursive: true }),
  },
  {
    code: 'unexpected',
    args: ['config', 'path'],
    exit: 1,
    what: /unexpected error: a bug \(occ [\d.]+/,
    next: /this is a bug in occ/,
    given: failing(new TypeError('a bug\nof two lines')),
  },
];

/** Codes without a row. */
export const elsewhere: Readonly<Record<string, string>> = {
  report_leaks: 'would be a bug; test/captures/words.test.ts tests the search for what is left',
  already_running: 'needs a second process; test/cli/exit-codes.test.ts starts one',
  start_too_slow: 'needs a proxy that does not answer for as long as a start may take',
  config_busy: 'needs a lock that is renewed for 15 seconds; test/config/edit tests the lock',
  start_in_progress: 'needs a claim that is renewed for 30 seconds; test/daemon/claim.test.ts tests it',
  key_command_failed: 'is caught: the provider then has no key, which is key_missing',
  no_endpoint: 'is caught: the model is passed over, and occ route and the answer of the proxy say why',
  model_id_invalid: 'is caught: the model is passed over; test/proxy/refusals.test.ts',
  config_gone: 'happens in a running proxy, which goes on; test/host/live-settings.test.ts',
  config_dangerous: 'happens in a running proxy, which goes on; test/host/live-settings.test.ts',
  interrupted: 'needs Ctrl-C on a terminal; the tests of the prompts press it',
  service_program_temporary: 'needs an occ in the cache of npx; test/daemon/units/program.test.ts',
  service_name_unusable: 'needs macOS; test/daemon/units/launchd.test.ts',
  no_model: 'needs a conversation on a terminal; test/commands/config has it',
};
