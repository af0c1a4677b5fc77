/**
 * Google's Gemini CLI. Its way to authenticate is stored in the user's settings, which only the settings of the system
 * override. So it gets a file of those in the folder of the launch: the administrator's, and that setting. Measured with
 * 0.61.0.
 */
import { dirname, join } from 'node:path';
import { readBounded } from '../bounded-file.ts';
import { isObject, parseJson, toObject, toText, type JsonObject } from '../json.ts';
import { platformOf } from '../platform.ts';
import { printableLine } from '../printable.ts';
import { automaticId } from '../proxy/policy/tiers.ts';
import { overlay } from './claude-settings.ts';
import type { Client, Launch, Prepared, Ready } from './client.ts';
import { environmentFor } from './other-client.ts';
import { containsOption, type OptionTable } from './option-table.ts';

/** From `gemini --help`. */
const options: OptionTable = {
  valued: new Set([
    '--admin-policy',
    '--allowed-mcp-server-names',
    '--allowed-tools',
    '--approval-mode',
    '--delete-session',
    '--extensions',
    '-e',
    '--include-directories',
    '--output-format',
    '-o',
    '--policy',
    '--prompt',
    '-p',
    '--prompt-interactive',
    '-i',
    '--session-file',
    '--session-id',
  ]),
  others: new Set([
    '--accept-raw-output-risk',
    '--acp',
    '--debug',
    '-d',
    '--experimental-acp',
    '--list-extensions',
    '-l',
    '--list-sessions',
    '--raw-output',
    '--resume',
    '-r',
    '--sandbox',
    '-s',
    '--screen-reader',
    '--skip-trust',
    '--version',
    '-v',
    '--worktree',
    '-w',
    '--yolo',
    '-y',
  ]),
};

export const gemini: Client = {
  name: 'gemini',
  package: {
    title: 'Gemini CLI',
    name: '@google/gemini-cli',
    versions: '~0.61.0',
    megabytes: 110,
    program: 'gemini',
  },
  format: 'gemini',
  options,
  automatic: automaticId,
  credentials: ['GOOGLE_API_KEY', 'GOOGLE_CLOUD_ACCESS_TOKEN'],
  isInteractive: (args) => !containsOption(options, args, ['-p', '--prompt', '--acp', '--experimental-acp']),
  begin: async (launch) => ({ prepare: (ready) => prepareGemini(launch, ready) }),
};

/** Each of these selects another API than that of GOOGLE_GEMINI_BASE_URL. */
const switches = [
  'GOOGLE_GENAI_USE_GCA',
  'GOOGLE_GENAI_USE_VERTEXAI',
  'GOOGLE_VERTEX_BASE_URL',
  'GOOGLE_GENAI_API_VERSION',
  'GEMINI_API_KEY_AUTH_MECHANISM',
  'GEMINI_CLI_USE_COMPUTE_ADC',
];

const settingsVariable = 'GEMINI_CLI_SYSTEM_SETTINGS_PATH';
const defaultsVariable = 'GEMINI_CLI_SYSTEM_DEFAULTS_PATH';
const authType = 'gemini-api-key';

function prepareGemini(launch: Launch, ready: Ready): Prepared {
  const { url, token, choice, folder, header } = ready;
  const administered = administeredSettings(launch);
  const headers = launch.env['GEMINI_CLI_CUSTOM_HEADERS'] ?? '';
  const environment = environmentFor(launch, ready, {
    set: {
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: token,
      GEMINI_MODEL: choice.id,
      ...(folder !== undefined && {
        [settingsVariable]: join(folder, 'settings.json'),
        // The client looks for this file beside the other one.
        [defaultsVariable]: administered.defaults,
      }),
      ...(header !== undefined && {
        GEMINI_CLI_CUSTOM_HEADERS: [headers, `${header.name}: ${header.value}`]
          .filter((one) => one !== '')
          .join(', '),
      }),
    },
    secrets: ['GEMINI_API_KEY'],
    credentials: gemini.credentials,
    switches,
  });
  return {
    ...environment,
    // The model of the user's settings would win over the variable.
    args: ['--model', choice.id, ...launch.args],
    notes: [...environment.notes, ...administered.notes],
    ...(folder !== undefined && {
      folder: {
        path: folder,
        files: {
          'settings.json': `${JSON.stringify(withAuthType(administered.settings), null, 2)}\n`,
        },
      },
    }),
  };
}

function withAuthType(settings: JsonObject): JsonObject {
  return overlay(settings, { security: { auth: { selectedType: authType } } });
}

interface Administered {
  settings: JsonObject;
  /** The path of the file with the defaults of the system. */
  defaults: string;
  notes: string[];
}

/** Far more than settings have. */
const maxBytes = 4 * 1024 * 1024;

/** The settings with which an administrator overrides those of the users, where the client looks for them. */
function administeredSettings({ env, platform }: Launch): Administered {
  const file = env[settingsVariable] || platformOf(platform).geminiSettings;
  const defaults = env[defaultsVariable] || join(dirname(file), 'system-defaults.json');
  const settings = readJson(file);
  if (settings === undefined) {
    const note = `${printableLine(file)} is not a JSON object; this launch does not use it.`;
    return { settings: {}, defaults, notes: [note] };
  }
  const enforced = toText(toObject(toObject(settings['security'])['auth'])['enforcedType']);
  const conflicts = enforced !== '' && enforced !== authType;
  const note = `${printableLine(file)} enforces the authentication ${printableLine(enforced)}, so Gemini CLI will refuse to start.`;
  return { settings, defaults, notes: conflicts ? [note] : [] };
}

/** Empty without a file; undefined for one that is no JSON object or cannot be read. */
function readJson(file: string): JsonObject | undefined {
  try {
    const value = parseJson(readBounded(file, maxBytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : undefined;
  }
}
