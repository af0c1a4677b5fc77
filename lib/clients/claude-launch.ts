/** Launches Claude Code: what its arguments and the user's files mean for the launch. `claude.ts` computes the rest. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { exitCodes, OccError } from '../errors.ts';
import { platformOf } from '../platform.ts';
import { printableLine } from '../printable.ts';
import { tierId, tiers } from '../proxy/policy/tiers.ts';
import { quote } from '../shell-word.ts';
import { backgroundUse, type BackgroundUse } from './background.ts';
import { claudePackage } from './claude-package.ts';
import { prepareClaude } from './claude.ts';
import type { Begun, EndNotice, Launch, Prepared, Ready } from './client.ts';
import { hasOption } from './client-options.ts';
import { describeStored, readStoredSettings, storedModel, type StoredSettings } from './conflicts.ts';
import { findClient, runArguments } from './find.ts';
import { keptSettingsFile } from './kept-settings.ts';
import { statusLineCommand } from './status-line.ts';
import { configuredModels, toId } from './tiers.ts';
import { readUserSettings, type UserSettings } from './user-settings.ts';

/**
 * OccError for `--settings` that cannot be read, and for a background session, which would outlive a proxy that ends with
 * the launch. The user's own settings are read here, because they may come from a pipe that can be read only once.
 */
export async function beginClaude(launch: Launch): Promise<Begun> {
  const userSettings = await readUserSettings(launch.args, launch.cwd);
  const use = backgroundUse(launch.args);
  if (!launch.attach && use !== 'none') throw outlivesProxy(launch, use);
  return {
    prepare: (ready) => prepare(launch, ready, userSettings),
    ended: (settings) => noticesOfStoredModel(launch, settings),
  };
}

function outlivesProxy({ args, env, home }: Launch, use: BackgroundUse): OccError {
  const words = args.map((word) => quote(word)).join(' ');
  if (use === 'command') {
    const found = findClient(claudePackage, env, home);
    const client = found.kind === 'missing' ? `npx ${runArguments(claudePackage).join(' ')}` : 'claude';
    const name = printableLine(args[0] ?? '');
    return new OccError(
      'usage',
      `"claude ${name}" is about background sessions, which keep the proxy that they were started with`,
      { exitCode: exitCodes.usage, remedy: `run it without occ:\n${client} ${words}` },
    );
  }
  const what = use === 'view' ? 'sessions that "claude agents" starts' : 'a background session';
  return new OccError('usage', `${what} would outlive the proxy of this launch`, {
    exitCode: exitCodes.usage,
    remedy: `use a proxy that stays:\nocc start\nocc launch --attach ${words}`,
  });
}

/**
 * Whether sessions of this launch may outlive it. In an interactive one the user may type `/bg`. Before its first screens the
 * client needs the variables in its environment, so background sessions are off then.
 */
function mayOutlive({ attach, args }: Launch, { onboarded }: StoredSettings): boolean {
  if (!attach) return false;
  return backgroundUse(args) !== 'none' || (onboarded && !hasOption(args, ['-p', '--print']));
}

/** The arguments and the environment of the client, from occ's settings and the client's own files. */
function prepare(launch: Launch, ready: Ready, userSettings: UserSettings | undefined): Prepared {
  const { header } = ready;
  const stored = readStoredSettings(launch);
  const outlives = mayOutlive(launch, stored);
  const isSet = stored.statusLine || !platformOf(launch.platform).hasPosixShell;
  const prepared = prepareClaude({
    settings: ready.settings,
    url: ready.url,
    token: ready.token,
    env: launch.env,
    args: launch.args,
    autoMode: launch.autoMode,
    keepEnv: launch.keepEnv,
    choice: ready.choice,
    ...(userSettings !== undefined && { userSettings }),
    ...(stored.mode !== undefined && { storedMode: stored.mode }),
    storedEnv: stored.env,
    ...(!isSet && { statusLine: statusLineCommand(ready.sessions, launch.noColor) }),
    outlives,
    ...(header !== undefined && { header: `${header.name}: ${header.value}` }),
    privateFile: outlives
      ? (text) => keptSettingsFile(launch.stateDir, text)
      : () => join(launch.runtimeDir, `settings-${randomBytes(6).toString('hex')}.json`),
  });
  return { ...prepared, notes: [...prepared.notes, ...stored.notes] };
}

/** That the client has stored a model as its default which only occ can serve. */
function noticesOfStoredModel(launch: Launch, settings: Settings): EndNotice[] {
  const offered = new Set([...tiers.map(tierId), ...configuredModels(settings).map(toId)]);
  const stored = storedModel(launch, offered);
  return stored === undefined ? [] : [{ text: describeStored(stored), onceFor: stored.id }];
}
