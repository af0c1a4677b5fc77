/**
 * Launches Gemini CLI. The user's settings say how it authenticates and win over its variables, and the settings of the
 * system that win over them must belong to root. So it gets a folder of settings that goes with the launch: everything in it
 * is a link to the user's own, but the file of settings, which is theirs with those of the launch. Measured with 0.61.0.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../json.ts';
import type { Launch, Prepared, Ready } from './client.ts';
import { conflictsWith } from './gemini-files.ts';
import { modelSettings } from './gemini-models.ts';
import { containsOption, type OptionTable } from './option-table.ts';
import { environmentFor } from './other-client.ts';
import { overlay } from './overlay.ts';
import { readSettings } from './settings-file.ts';

/** The variables that select another API than that of GOOGLE_GEMINI_BASE_URL. */
const switches = [
  'GOOGLE_GENAI_USE_GCA',
  'GOOGLE_GENAI_USE_VERTEXAI',
  'GOOGLE_GENAI_API_VERSION',
  'GEMINI_API_KEY_AUTH_MECHANISM',
  'GEMINI_CLI_USE_COMPUTE_ADC',
];

/** The exit code after which the parent process of the client starts it again, as after a change of trust. */
const restartCode = 199;

/** What the client calls authentication with GEMINI_API_KEY. */
const authType = 'gemini-api-key';

/** The folder below a home in which the client keeps everything. */
const ownFolder = '.gemini';
const settingsFile = 'settings.json';

export function prepareGemini(launch: Launch, ready: Ready, options: OptionTable): Prepared {
  const { env, home, args } = launch;
  const { url, token, choice, folder, header } = ready;
  const folderOfUser = join(env['GEMINI_CLI_HOME'] || home, ownFolder);
  const environment = environmentFor(launch, ready, {
    set: {
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: token,
      GEMINI_MODEL: choice.id,
      ...(folder !== undefined && {
        GEMINI_CLI_HOME: folder,
        // Otherwise the client runs below a parent process of its own, which ignores SIGTERM and SIGHUP.
        GEMINI_CLI_NO_RELAUNCH: 'true',
        // A decision about trust is the user's, and stays.
        GEMINI_CLI_TRUSTED_FOLDERS_PATH:
          env['GEMINI_CLI_TRUSTED_FOLDERS_PATH'] || join(folderOfUser, 'trustedFolders.json'),
      }),
      ...(header !== undefined && {
        // A comma separates headers.
        GEMINI_CLI_CUSTOM_HEADERS: [
          env['GEMINI_CLI_CUSTOM_HEADERS'] ?? '',
          `${header.name}: ${header.value.replaceAll(',', '%2C')}`,
        ]
          .filter((one) => one !== '')
          .join(', '),
      }),
    },
    secrets: ['GEMINI_API_KEY'],
    credentials: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_CLOUD_ACCESS_TOKEN'],
    switches,
    reported: ['GOOGLE_GEMINI_BASE_URL', 'GEMINI_MODEL'],
  });
  const given = containsOption(options, args, ['-m', '--model']);
  const prepared = { ...environment, args: [...(given ? [] : ['--model', choice.id]), ...args] };
  if (folder === undefined) {
    const note = `In Gemini CLI, choose "Use Gemini API Key" in /auth: the settings of the user decide it, and no variable does.`;
    return { ...prepared, notes: [...prepared.notes, note] };
  }
  const own = readSettings(join(folderOfUser, settingsFile));
  const names = namesIn(folderOfUser);
  const settings = overlay(own.settings, settingsOf(ready, own.settings));
  return {
    ...prepared,
    notes: [
      ...prepared.notes,
      ...own.notes,
      ...conflictsWith(authType, launch),
      ...(names.length === 0
        ? ['You have no ~/.gemini yet, so sessions and settings of Gemini CLI go with this launch.']
        : []),
    ],
    restartCode,
    folder: {
      path: folder,
      files: { [join(ownFolder, settingsFile)]: `${JSON.stringify(settings, null, 2)}\n` },
      links: Object.fromEntries(
        names
          .filter((name) => name !== settingsFile)
          .map((name) => [join(ownFolder, name), join(folderOfUser, name)]),
      ),
      // The settings of MCP servers may hold some.
      isSecret: true,
    },
  };
}

function settingsOf({ choice, models }: Ready, own: JsonObject): JsonObject {
  return { security: { auth: { selectedType: authType } }, ...modelSettings(models(), choice.id, own) };
}

/** None if there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
