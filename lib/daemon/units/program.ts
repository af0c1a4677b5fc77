/** What a service runs: the command line of a proxy in the foreground, and the variables that it needs. No secret. */
import { realpathSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, resolve, sep } from 'node:path';
import { environmentVariables, secretVariables } from '../../config/file/environment.ts';
import { findPlaces, type HomeContext } from '../../config/paths.ts';
import { OccError } from '../../errors.ts';

export interface ServiceProgram {
  /** The absolute path of the program, then its arguments. */
  command: readonly string[];
  variables: Readonly<Record<string, string>>;
  /** The user may write it: variables for the service, such as keys. systemd reads it. */
  environmentFile: string;
  /** Takes what it prints on stderr, where no journal does. */
  errorFile: string;
  /** After which it is killed when it is stopped. */
  stopSeconds: number;
}

export interface ProgramOptions extends HomeContext {
  cwd: string;
  config?: string;
  port?: number;
  /** How long live streams may continue after the signal that stops it. */
  drainMs: number;
  /** How this process was started: `process` has them. */
  process: Pick<NodeJS.Process, 'execPath' | 'execArgv' | 'argv'>;
  /** Folders that last only as long as a session; those of the system unless given. */
  sessionFolders?: readonly string[];
}

/** OccError `service_program_temporary` if occ itself runs from a folder that will be removed. */
export function toServiceProgram(options: ProgramOptions): ServiceProgram {
  const { env, home, cwd, port, process } = options;
  const config = options.config ?? namedConfig(env);
  const { configDir, stateDir } = findPlaces({ env, home });
  const script = resolve(process.argv[1] ?? '');
  if (script.split(sep).includes('_npx')) throw temporary(script);
  return {
    command: [
      lastingPath(process.execPath, env, options.sessionFolders ?? sessionFolders(env)),
      ...process.execArgv,
      script,
      'start',
      '--foreground',
      '--quiet',
      ...(config === undefined ? [] : ['--config', resolve(cwd, config)]),
      ...(port === undefined ? [] : ['--port', String(port)]),
    ],
    variables: variablesFor(env),
    environmentFile: join(configDir, 'service.env'),
    errorFile: join(stateDir, 'service.log'),
    stopSeconds: Math.ceil(options.drainMs / 1000) + 10,
  };
}

const configNames = ['OCC_CONFIG', 'OC_GO_CC_CONFIG', 'ROUTATIC_PROXY_CONFIG'];

function namedConfig(env: HomeContext['env']): string | undefined {
  const name = configNames.find((one) => env[one]);
  return name === undefined ? undefined : env[name];
}

/** Where things are, how the network is reached, and where the program of `api_key_command` is found. */
const machine = [
  'PATH',
  'XDG_CONFIG_HOME',
  'XDG_STATE_HOME',
  'XDG_CACHE_HOME',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** The variables of this shell that the service needs, without those that hold a key, a token or a password. */
function variablesFor(env: HomeContext['env']): Record<string, string> {
  const own = environmentVariables.flatMap(({ names }) => names);
  const names = [...machine, ...own].filter((name) => !secretVariables.includes(name));
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === '' || hasPassword(value) ? [] : [[name, value]];
    }),
  );
}

/** Whether it is a URL with a password, as the address of a company proxy may be. */
function hasPassword(value: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/?#]*@|^[^/?#\s]*:[^/?#\s]*@/i.test(value);
}

/**
 * A link on PATH to the same program, such as /opt/homebrew/bin/node: what is behind it has the version in its path and is
 * removed with the next update. Folders that last only as long as a session do not count.
 */
function lastingPath(program: string, env: HomeContext['env'], sessions: readonly string[]): string {
  const real = realPath(program);
  const links = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !sessions.some((one) => `${folder}/`.startsWith(`${one}/`)))
    .map((folder) => join(folder, basename(program)));
  return links.find((link) => realPath(link) === real) ?? program;
}

/** A version manager may put links for one shell there. */
function sessionFolders(env: HomeContext['env']): string[] {
  return ['/run', '/tmp', env['XDG_RUNTIME_DIR'], env['TMPDIR']].flatMap(
    (one) => one?.replace(/\/+$/, '') || [],
  );
}

/** Undefined if there is no such file. */
function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

function temporary(script: string): OccError {
  return new OccError(
    'service_program_temporary',
    `occ runs from npm's cache (${script}), which npm may empty`,
    { remedy: 'npm install -g occ-cli, then occ service install' },
  );
}
