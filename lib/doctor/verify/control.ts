/** The measure: the same questions to the emulator's obedient model, through the same proxy and in the same format. */
import { obedient } from '../../emulator/obedient.ts';
import { emulatedFormats } from '../../emulator/formats.ts';
import { promptCache } from '../../emulator/prompt/cache.ts';
import { startEmulator } from '../../emulator/server.ts';
import { withEmulator } from '../../emulator/settings.ts';
import type { LoadedSettings } from '../../config/load.ts';
import type { ModelEntry } from '../../config/settings.ts';
import type { WireFormat } from '../../wire/formats.ts';
import { onlyModel } from '../bench/emulated.ts';
import { limitRemedy } from '../checks/limit-places.ts';
import type { Context } from '../check.ts';
import { askAll } from './ask.ts';
import type { Claims } from './answer.ts';
import { judgeAll } from './judges/judges.ts';
import type { Values } from './values.ts';
import type { Judged } from './verdict.ts';

/**
 * What the judges say about the best possible provider. Anything but honest here is the fault of occ or of this machine. Sends
 * nothing to a provider.
 */
export async function judgeControl(
  loaded: LoadedSettings,
  format: WireFormat,
  context: Context,
  values: Values,
): Promise<Judged[]> {
  const quirks = emulatedFormats[format]?.quirks;
  const entry: ModelEntry = {
    provider: 'emulator',
    model_id: `verify-${format}`,
    wire_format: format,
    vision: true,
    ...(quirks && { quirks }),
  };
  const emulator = await startEmulator({
    keep: 1,
    promptCache: promptCache(),
    script: obedient(entry.model_id),
  });
  try {
    const claims: Claims = { modelId: entry.model_id, format, images: true, reasons: true, caches: true };
    const { answers } = await askAll({
      bench: {
        live: true,
        provider: 'emulator',
        model: `emulator/${entry.model_id}`,
        format,
        settings: onlyModel(withEmulator(loaded.settings, emulator.url), entry),
        remedyFor: (limit) => limitRemedy(loaded, 'emulator', limit),
      },
      context,
      claims,
      values,
      budget: Infinity,
    });
    return judgeAll({ claims, values, answers });
  } finally {
    await emulator.close();
  }
}

/** The verdicts of a model. Where the emulator gets a doubt or a lie for the same question, occ is at fault. */
export function blame(judged: readonly Judged[], control: readonly Judged[]): Judged[] {
  return judged.map((verdict) => {
    const measure = control.find(({ code }) => code === verdict.code);
    const bad = verdict.level === 'lie' || verdict.level === 'doubt';
    if (!bad || (measure?.level !== 'lie' && measure?.level !== 'doubt')) return verdict;
    return {
      ...verdict,
      fault: 'occ',
      summary: `${verdict.summary}; occ's own emulator shows the same, so occ is at fault`,
    };
  });
}
