/**
 * Launches Qwen Code. The user's settings say how it authenticates, and only those of the system win over them. So it gets a
 * file of those in the folder of the launch: the administrator's, and those of the launch. Measured with 0.24.4.
 */
import { dirname, join } from 'node:path';
import type { JsonObject } from '../json.ts';
import { platformOf } from '../platform.ts';

import type { Launch, Prepared, Ready } from './client.ts';
import type { OfferedModel } from './offered-models.ts';
import { containsOption, type OptionTable } from './option-table.ts';
import { environmentFor, patienceMs } from './other-client.ts';
import { overlay } from './overlay.ts';
import { readSettings } from './settings-file.ts';

const settingsVariable = 'QWEN_CODE_SYSTEM_SETTINGS_PATH';
const defaultsVariable = 'QWEN_CODE_SYSTEM_DEFAULTS_PATH';
const tokenVariable = 'ANTHROPIC_API_KEY';

/** Limits of a stream in milliseconds: without an event, four minutes by default, and in total, a quarter of an hour. */
const limitVariables = ['QWEN_STREAM_IDLE_TIMEOUT_MS', 'QWEN_STREAM_MAX_LIFETIME_MS'];

/** What the client calls the format of the proxy. */
const authType = 'anthropic';

export function prepareQwen(
  launch: Launch,
  ready: Ready,
  options: OptionTable,
  hasConversation: boolean,
): Prepared {
  const { url, token, choice, folder } = ready;
  const administered = administeredSettings(launch);
  const environment = environmentFor(launch, ready, {
    set: {
      ANTHROPIC_BASE_URL: url,
      [tokenVariable]: token,
      ANTHROPIC_MODEL: choice.id,
      ...Object.fromEntries(limitVariables.map((name) => [name, launch.env[name] || String(patienceMs)])),
      ...(folder !== undefined && {
        [settingsVariable]: join(folder, 'settings.json'),
        // The client looks for this file beside the other one.
        [defaultsVariable]: administered.defaults,
      }),
    },
    secrets: [tokenVariable],
    credentials: ['ANTHROPIC_AUTH_TOKEN'],
    reported: ['ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL'],
  });
  const given = (names: readonly string[]): boolean => containsOption(options, launch.args, names);
  const own = [
    ...(given(['--auth-type']) ? [] : ['--auth-type', authType]),
    ...(given(['-m', '--model']) ? [] : ['--model', choice.id]),
  ];
  const prepared = { ...environment, args: [...(hasConversation ? own : []), ...launch.args] };
  if (folder === undefined) return prepared;
  const settings = overlay(administered.settings, toSettings(ready));
  return {
    ...prepared,
    notes: [...prepared.notes, ...administered.notes],
    folder: {
      path: folder,
      files: { 'settings.json': `${JSON.stringify(settings, null, 2)}\n` },
      // The administrator's may hold some, for MCP servers.
      isSecret: Object.keys(administered.settings).length > 0,
    },
  };
}

function toSettings(ready: Ready): JsonObject {
  const { choice, models } = ready;
  const offered = models().map((model) => toEntry(model, ready));
  const known = offered.some(({ id }) => id === choice.id);
  const chosen = entryOf(choice.id, choice.id, ready);
  return {
    security: { auth: { selectedType: authType } },
    model: { name: choice.id },
    // One of the user's settings would bypass occ, and each batch of tool calls would cost a summary that asks for it.
    fastModel: '',
    modelProviders: { [authType]: [...(known ? [] : [chosen]), ...offered] },
  };
}

/** Where a model is, and what its requests have. */
function entryOf(id: string, name: string, { url, header }: Ready, limits: JsonObject = {}): JsonObject {
  const headers = header === undefined ? {} : { customHeaders: { [header.name]: header.value } };
  return { id, name, baseUrl: url, envKey: tokenVariable, generationConfig: { ...limits, ...headers } };
}

function toEntry(model: OfferedModel, ready: Ready): JsonObject {
  const { id, label, description, contextWindow, maxOutputTokens, images } = model;
  const limits = {
    contextWindowSize: contextWindow,
    modalities: images ? { image: true } : {},
    samplingParams: { max_tokens: maxOutputTokens },
  };
  return { ...entryOf(id, label, ready, limits), description };
}

interface Administered {
  settings: JsonObject;
  /** The path of the file with the defaults of the system. */
  defaults: string;
  notes: string[];
}

/** The settings with which an administrator overrides those of the users, where the client looks for them. */
function administeredSettings({ env, platform }: Launch): Administered {
  const file = env[settingsVariable] || platformOf(platform).qwenSettings;
  const defaults = env[defaultsVariable] || join(dirname(file), 'system-defaults.json');
  return { ...readSettings(file), defaults };
}
