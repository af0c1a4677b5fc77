/**
 * What can be known of a proxy that has no record here: its options from its command line, its settings from the
 * configuration, and from that the token of its clients. Its endpoints for control stay closed.
 */
import { variablesFor } from '../../clients/claude.ts';
import { loadSettings } from '../../config/load.ts';
import { pipeError } from '../../config/pipe-error.ts';
import type { Settings } from '../../config/settings.ts';
import type { AddressedProxy } from '../../daemon/by-address.ts';
import { commandLineOf, workingDirectoryOf } from '../../daemon/process.ts';
import type { RecordedOptions } from '../../daemon/record.ts';
import { sendRequest } from '../../daemon/request.ts';
import { exitCodes, OccError } from '../../errors.ts';
import { namesDescriptor } from '../../given-pipe.ts';
import type { System } from '../../terminal/command-context.ts';
import { toRecordedOptions } from './options.ts';
import { readPlainOptions } from './plain-options.ts';

export interface Reached {
  settings: Settings;
  /** The token that its clients send; undefined if it accepts any. */
  token: string | undefined;
  /** The environment variables that a client of it needs, including the token. */
  variables: Record<string, string>;
}

/** The options that it was started with; undefined if its command line cannot be read. */
export async function optionsOf({ owner, pid }: AddressedProxy): Promise<RecordedOptions | undefined> {
  if (owner !== 'own') return undefined;
  const words = (await commandLineOf(pid))?.filter((word) => word !== '') ?? [];
  const at = words.indexOf('start');
  const options = at < 0 ? undefined : readPlainOptions(words.slice(at + 1));
  return options && toRecordedOptions(options, workingDirectoryOf(pid) ?? process.cwd());
}

/**
 * Prepares the use of it. OccError `not_running` (exit 3) if it may not be one of this user's, and `token_unknown` if it
 * requires a token that is not the configured one. `use` are providers that are needed although no model entry names them.
 */
export async function reach(
  proxy: AddressedProxy,
  system: System,
  use: readonly string[] = [],
): Promise<Reached> {
  const { url, owner } = proxy;
  if (owner === 'other' || owner === 'unknown') throw notVerified(url);
  const options = await optionsOf(proxy);
  if (options?.config !== undefined && namesDescriptor(options.config)) throw readOnce(url);
  const { settings: own } = await loadSettings({
    configFile: options?.config,
    env: system.env,
    home: system.home,
    runCommands: false,
    use,
  });
  const settings = options?.emulator === true ? await emulated(own, url) : own;
  const token = settings.authToken?.reveal();
  await checkToken(url, token);
  return { settings, token, variables: variablesFor(settings, url, token) };
}

async function emulated(settings: Settings, url: string): Promise<Settings> {
  const { emulatorSettings } = await import('../../emulator/settings.ts');
  return emulatorSettings(settings, url);
}

/** Milliseconds until a response, which needs no work, must have arrived. */
const limitMs = 5000;

async function checkToken(url: string, token: string | undefined): Promise<void> {
  const request = { limitMs, ...(token !== undefined && { token }) };
  const { status } = await sendRequest(`${url}/v1/models`, request).catch(() => ({ status: 0 }));
  if (status === 200) return;
  if (status !== 401) {
    throw new OccError('not_running', `the occ on ${url} does not answer its clients (status ${status})`, {
      exitCode: exitCodes.notRunning,
      remedy: 'occ doctor running tests it, occ restart starts it anew',
    });
  }
  const what =
    token === undefined ? 'a token, and none is configured' : 'another token than the configured one';
  throw new OccError('token_unknown', `the proxy on ${url} has no record here, and requires ${what}`, {
    remedy: 'set the auth_token that it was started with (OCC_AUTH_TOKEN), or start it anew with occ restart',
  });
}

/** Any user may answer on a port that is free, so the token would be sent to that user's program. */
function notVerified(url: string): OccError {
  return new OccError(
    'not_running',
    `an occ answers on ${url}, but it has no record here, and this system does not tell who runs it`,
    {
      exitCode: exitCodes.notRunning,
      remedy: `if it is yours, set the variables yourself: ANTHROPIC_BASE_URL=${url}, and ANTHROPIC_AUTH_TOKEN=<its auth_token>`,
    },
  );
}

function readOnce(url: string): OccError {
  return pipeError(
    `the proxy on ${url} got its configuration from a pipe, which cannot be read again`,
    'end it with occ stop, and start it from a file',
  );
}
