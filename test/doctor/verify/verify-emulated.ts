/** Verifies an emulated provider in one format, as `occ doctor verify` does a real one. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadSettings } from '../../../lib/config/load.ts';
import { findSubjects } from '../../../lib/doctor/subjects.ts';
import { drawValues } from '../../../lib/doctor/verify/values.ts';
import { verifyModel, type Verified, type VerifyOptions } from '../../../lib/doctor/verify/verify.ts';
import { emulatedFormats } from '../../../lib/emulator/formats.ts';
import { promptCache } from '../../../lib/emulator/prompt/cache.ts';
import { startEmulator } from '../../../lib/emulator/server.ts';
import type { WireFormat } from '../../../lib/wire/formats.ts';
import { put, scratchHome } from '../../config/scratch.ts';
import { hangMs } from '../../support/limits.ts';
import { lying, type Liar } from './liars.ts';

export const modelId = 'some-model';

export async function verifyEmulated(
  t: TestContext,
  format: WireFormat,
  liar?: Liar,
  more: Partial<VerifyOptions> = {},
): Promise<Verified> {
  const emulator = await startEmulator({
    flavour: 'plain',
    promptCache: promptCache(),
    script: lying(modelId, liar),
  });
  try {
    const home = scratchHome(t);
    const file = join(home, '.config/occ/config.json');
    put(file, verifiedConfig(emulator.url, format));
    chmodSync(file, 0o600);
    const env = { HOME: home };
    const loaded = await loadSettings({ env, home });
    const [subject] = findSubjects(loaded.settings).models;
    const { model, provider, name = '' } = subject ?? {};
    if (!model || !provider) throw new Error('no model');
    return await verifyModel({
      loaded,
      subject: { name, model, provider },
      machine: { env, home, cwd: home, platform: process.platform },
      values: drawValues(seeded(7)),
      budget: 40,
      limitMs: hangMs,
      signal: new AbortController().signal,
      ...more,
    });
  } finally {
    await emulator.close();
  }
}

export function verifiedConfig(url: string, format: WireFormat): object {
  const { quirks, endpoint } = emulatedFormats[format] ?? { quirks: {}, endpoint: '' };
  return {
    models: {
      default: {
        provider: 'mine',
        model_id: modelId,
        wire_format: format,
        vision: true,
        // Some chat models are asked for thinking with an effort, of which the levels would have to be known.
        quirks: format === 'chat' ? { ...quirks, thinking: 'type' } : quirks,
        price: { input: 1, output: 4, cache_read: 0.1, cache_write: 1 },
      },
    },
    providers: {
      mine: { api_key: 'sk-test-0123456789abcdef', wire_format: format, base_url: url + endpoint },
    },
  };
}

/** Numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
