/**
 * Tells which launches of Claude Code start, or are about, sessions that outlive them. A service of the client, which it
 * starts on demand, runs these sessions (`--bg`, `/bg`, `claude agents`), so they need a proxy that stays.
 */
import { hasOption, takesValue } from './client-options.ts';

/**
 * `session`: `--bg` starts one. `view`: `claude agents` lists them and starts others. `command`: it is about sessions that
 * exist, and starts none with settings of its own. `none`: an ordinary launch.
 */
export type BackgroundUse = 'none' | 'session' | 'view' | 'command';

/** The client takes these for commands only as its first argument, and for a prompt elsewhere. Measured with 2.1.332. */
const commands = new Set(['attach', 'daemon', 'kill', 'logs', 'respawn', 'rm', 'stop']);

/** The command that shows the sessions. The client also takes it after options. */
const view = 'agents';

/** What the client's arguments have to do with background sessions. */
export function backgroundUse(args: readonly string[]): BackgroundUse {
  if (commands.has(args[0] ?? '')) return 'command';
  if (viewAt(args) !== undefined) return 'view';
  return hasOption(args, ['--bg', '--background']) ? 'session' : 'none';
}

/** The arguments with the command that shows the sessions before all options, so that it gets them. */
export function viewFirst(args: readonly string[], options: readonly string[]): string[] {
  const at = viewAt(args);
  if (at === undefined) return [...options, ...args];
  return [view, ...options, ...args.slice(0, at), ...args.slice(at + 1)];
}

/** The variable that turns background sessions off in the client and in clients that its commands run. */
export const withoutBackground: Readonly<Record<string, string>> = { CLAUDE_CODE_DISABLE_AGENT_VIEW: '1' };

/** The position of the command; undefined if the first argument that is no option is something else. */
function viewAt(args: readonly string[]): number | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') return undefined;
    if (!word.startsWith('-')) return word === view ? at : undefined;
    if (takesValue(word)) at++;
  }
  return undefined;
}
