/**
 * What differs between Linux, macOS and Windows, in one place. Everything follows from the platform's name, so that the
 * paths of each can be tested on any machine.
 */
import { posix, win32, type PlatformPath } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Platform {
  path: PlatformPath;
  /** Whether the mode of a file says who may read and write it. */
  hasFileModes: boolean;
  /** Whether a signal can reach a process together with its children. */
  hasProcessGroups: boolean;
  /** Whether programs run commands with `/bin/sh`. */
  hasPosixShell: boolean;
  /** Where the files of programs are, if no XDG variable says so: absolute if `home` is. */
  directories: (home: string, env: Environment) => { config: string; state: string; cache: string };
  /** Usual editors, the preferred one first. */
  editors: readonly string[];
  /** Whether they are part of the system, so that they need not be searched. */
  hasEditors: boolean;
  /** The file of Claude Code on PATH. */
  claude: string;
  /** The settings with which an administrator overrides those of the users of Claude Code. */
  managedSettings: string;
  /** The same for the users of Gemini CLI. */
  geminiSettings: string;
  /** The same for the users of Qwen Code. */
  qwenSettings: string;
  /** The command that corrects the clock, or turns its automatic correction on. */
  setClock: string;
}

/** `editor` is the default editor on Debian and its derivatives. */
const unix = {
  path: posix,
  hasFileModes: true,
  hasProcessGroups: true,
  hasPosixShell: true,
  directories: (home: string) => ({
    config: posix.join(home, '.config'),
    state: posix.join(home, '.local', 'state'),
    cache: posix.join(home, '.cache'),
  }),
  editors: ['editor', 'nano', 'vim', 'vi'],
  hasEditors: false,
  claude: 'claude',
} as const;

const linux: Platform = {
  ...unix,
  managedSettings: '/etc/claude-code/managed-settings.json',
  geminiSettings: '/etc/gemini-cli/settings.json',
  qwenSettings: '/etc/qwen-code/settings.json',
  setClock: 'sudo timedatectl set-ntp true',
};

const macos: Platform = {
  ...unix,
  managedSettings: '/Library/Application Support/ClaudeCode/managed-settings.json',
  geminiSettings: '/Library/Application Support/GeminiCli/settings.json',
  qwenSettings: '/Library/Application Support/QwenCode/settings.json',
  setClock: 'sudo systemsetup -setusingnetworktime on',
};

const windows: Platform = {
  path: win32,
  hasFileModes: false,
  hasProcessGroups: false,
  hasPosixShell: false,
  directories: (home, env) => {
    const local = env['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local');
    const roaming = env['APPDATA'] || win32.join(home, 'AppData', 'Roaming');
    return { config: roaming, state: local, cache: win32.join(local, 'cache') };
  },
  editors: ['notepad'],
  hasEditors: true,
  claude: 'claude.exe',
  managedSettings: 'C:\\Program Files\\ClaudeCode\\managed-settings.json',
  geminiSettings: 'C:\\ProgramData\\gemini-cli\\settings.json',
  qwenSettings: 'C:\\ProgramData\\qwen-code\\settings.json',
  setClock: 'w32tm /resync',
};

/** Other systems than these three are treated as Linux. */
export function platformOf(name: NodeJS.Platform = process.platform): Platform {
  if (name === 'win32') return windows;
  return name === 'darwin' ? macos : linux;
}

/** The directories of PATH, without empty ones. Windows spells the variable in any case, mostly `Path`. */
export function searchPath(env: Environment, name: NodeJS.Platform = process.platform): string[] {
  const { path } = platformOf(name);
  const found = path === win32 ? Object.keys(env).find((key) => key.toUpperCase() === 'PATH') : 'PATH';
  return (env[found ?? 'PATH'] ?? '').split(path.delimiter).filter((directory) => directory !== '');
}
