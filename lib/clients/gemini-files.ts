/** Looks for settings of Gemini CLI that win over those of a launch: of the project and of the administrator. Writes none. */
import { join } from 'node:path';
import { toObject, toText } from '../json.ts';
import { platformOf } from '../platform.ts';
import { printableLine } from '../printable.ts';
import { withTilde } from '../tilde.ts';
import type { Launch } from './client.ts';
import { readSettings } from './settings-file.ts';

/** A sentence for each file that wins over the settings of the launch, and says that the client authenticates otherwise. */
export function conflictsWith(authType: string, { env, home, cwd, platform }: Launch): string[] {
  const administered = env['GEMINI_CLI_SYSTEM_SETTINGS_PATH'] || platformOf(platform).geminiSettings;
  // In the home directory, project settings and user settings are the same file.
  const files = cwd === home ? [administered] : [administered, join(cwd, '.gemini', 'settings.json')];
  return files.flatMap((file) => {
    const auth = toObject(toObject(readSettings(file).settings['security'])['auth']);
    const others = ['selectedType', 'enforcedType'].filter(
      (name) => toText(auth[name]) !== '' && auth[name] !== authType,
    );
    if (others.length === 0) return [];
    return [
      `${printableLine(withTilde(file, home))} sets security.auth.${others.join(' and ')}, which wins over this launch, so requests may not go through occ.`,
    ];
  });
}
