/** Faults of the configuration, and of the keys in it. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '../../../lib/emulator/answer.ts';
import { goConfig, startProvider } from '../emulated-provider.ts';
import { byCommands, type Bed, type Cure, type Fault } from './fault.ts';

export const validKey = 'sk-test-0123456789abcdef';
const valid = { api_key: validKey, models: { default: { provider: 'opencode-go', model_id: 'glm-5.3' } } };

/** The user corrects the file in the editor that `occ config edit` opens. */
function corrected(bed: Bed, wrong: unknown, right: unknown): Cure {
  bed.configure(wrong);
  const good = bed.at.write('corrected.json', JSON.stringify(right));
  bed.env['EDITOR'] = bed.at.program('editor', `#!/bin/sh\ncp ${good} "$1"\n`);
  return byCommands;
}

/** A provider that accepts only `validKey`. */
async function strictAboutKeys(bed: Bed): Promise<string> {
  const { url } = await startProvider(bed.t, {
    answer: ({ headers }) =>
      `${String(headers['authorization'])}${String(headers['x-api-key'])}`.includes(validKey)
        ? undefined
        : refuse(401, { type: 'AuthError', message: 'Invalid API key.' }),
  });
  return url;
}

const onMachine = { level: 'fail', side: 'client' } as const;

export const configuration: readonly Fault[] = [
  {
    broken: 'The configuration is cut off in the middle',
    args: ['config', '--offline'],
    expected: { check: 'config', ...onMachine, summary: /config\.json is not valid/ },
    plant: (bed) => corrected(bed, '{ "models": { "default": ', valid),
  },
  {
    broken: 'A value of the configuration has the wrong type',
    args: ['config', '--offline'],
    expected: { check: 'config', ...onMachine, summary: /config\.json is not valid/ },
    plant: (bed) => corrected(bed, { ...valid, port: 'three' }, { ...valid, port: 3456 }),
  },
  {
    broken: 'A model names a provider that is not configured',
    args: ['config', '--offline'],
    expected: { check: 'config', ...onMachine, summary: /config\.json is not valid/ },
    plant: (bed) =>
      corrected(
        bed,
        { ...valid, models: { default: { provider: 'opncode-go', model_id: 'glm-5.3' } } },
        valid,
      ),
  },
  {
    broken: 'The name of a setting is misspelt',
    args: ['config', '--offline'],
    expected: { check: 'config', level: 'warn', side: 'client', summary: /opencode_go\.timeout_sm/ },
    plant: (bed) => corrected(bed, { ...valid, opencode_go: { timeout_sm: 90_000 } }, valid),
  },
  {
    broken: 'A variable replaces a setting by something invalid',
    args: ['config', '--offline'],
    expected: { check: 'config', ...onMachine, summary: /not valid/ },
    plant(bed) {
      bed.configure(valid);
      bed.env['OCC_PORT'] = 'three';
      return byCommands;
    },
  },
  {
    broken: 'Other users can read the configuration with its key',
    args: ['config', '--offline'],
    expected: { check: 'config', level: 'warn', side: 'client', summary: /other users can read/ },
    plant(bed) {
      chmodSync(bed.configure(valid), 0o644);
      chmodSync(join(bed.at.dir, '.config/occ'), 0o755);
      return byCommands;
    },
  },
  {
    broken: 'There is no key',
    args: ['keys'],
    expected: { check: 'keys', ...onMachine, summary: /^no key/ },
    plant(bed) {
      bed.configure({ models: valid.models });
      return { how: 'commands', typed: validKey };
    },
  },
  {
    broken: 'The key refers to a variable that is not set',
    args: ['keys'],
    expected: { check: 'keys', ...onMachine, summary: /^no key.*MY_OWN_KEY/ },
    plant(bed) {
      bed.configure({ ...valid, api_key: '${MY_OWN_KEY}' });
      return { how: 'commands', typed: validKey };
    },
  },
  {
    broken: 'The command that prints the key fails',
    args: ['keys'],
    expected: { check: 'keys', ...onMachine, summary: /^no key.*api_key_command/ },
    plant(bed) {
      const { api_key: _, ...rest } = valid;
      bed.configure({ ...rest, api_key_command: 'exit 3' });
      return { how: 'commands', typed: validKey };
    },
  },
  {
    broken: 'The key has expired',
    args: ['key'],
    expected: { check: 'key', ...onMachine, summary: /^the key was refused: 401/ },
    async plant(bed) {
      bed.configure({ ...goConfig(await strictAboutKeys(bed)), api_key: 'sk-test-of-last-year' });
      return { how: 'commands', typed: validKey };
    },
  },
  {
    broken: 'The key of the environment has expired, and replaces the valid one of the file',
    args: ['key'],
    expected: { check: 'key', ...onMachine, summary: /^the key was refused: 401/ },
    async plant(bed) {
      bed.configure(goConfig(await strictAboutKeys(bed)));
      bed.env['OPENCODE_API_KEY'] = 'sk-test-of-last-year';
      return { how: 'commands', typed: validKey };
    },
  },
  {
    broken: 'A cap ends every answer after a minute',
    args: ['timeouts', '--offline'],
    expected: { check: 'timeouts', ...onMachine, summary: /cuts off every answer after 60 s/ },
    plant(bed) {
      bed.configure({ ...valid, opencode_go: { streaming_timeout_ms: 60_000 } });
      return byCommands;
    },
  },
  {
    broken: 'A time limit is shorter than the silence of a model that thinks',
    args: ['timeouts', '--offline'],
    expected: { check: 'timeouts', level: 'warn', side: 'client', summary: /gives up after 2 s of silence/ },
    plant(bed) {
      bed.configure({ ...valid, opencode_go: { stream_idle_timeout_ms: 2000 } });
      return byCommands;
    },
  },
  {
    broken: 'The id of the model is misspelt',
    args: ['model'],
    expected: { check: 'model', ...onMachine, summary: /^not served: 401 ModelError/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t);
      bed.configure({
        ...goConfig(url),
        models: { default: { provider: 'opencode-go', model_id: 'glm-53' } },
      });
      return byCommands;
    },
  },
  {
    broken: 'The provider has retired the model',
    args: ['model'],
    expected: { check: 'model', ...onMachine, summary: /^not served: 410/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, {
        models: { 'glm-5.3': ['chat'], 'glm-5': ['chat'] },
        answer: ({ conversation: { model } }) =>
          model === 'glm-5'
            ? refuse(410, { type: 'ModelDeprecated', message: 'glm-5 was retired' })
            : undefined,
      });
      bed.configure({
        ...goConfig(url),
        models: { default: { provider: 'opencode-go', model_id: 'glm-5' } },
      });
      return byCommands;
    },
  },
  {
    broken: 'A model has a format for which its provider has no address',
    args: ['model', '--live'],
    expected: { check: 'model', ...onMachine, summary: /no endpoint for messages/ },
    async plant(bed) {
      const { url } = await startProvider(bed.t, { strict: false });
      const mine = { base_url: `${url}/v1`, api_key: validKey };
      const model = { provider: 'mine', model_id: 'some-model' };
      bed.configure({ providers: { mine }, models: { default: { ...model, wire_format: 'messages' } } });
      return {
        how: 'followed',
        text: /wire_format|anthropic_base_url/,
        by: () => void bed.configure({ providers: { mine }, models: { default: model } }),
      };
    },
  },
];
