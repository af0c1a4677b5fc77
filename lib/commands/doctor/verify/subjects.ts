/** The models that `occ doctor verify` is to ask. */
import { choose } from '../../../clients/choice.ts';
import { toId } from '../../../clients/tiers.ts';
import type { Settings } from '../../../config/settings.ts';
import type { ModelSubject } from '../../../doctor/verify/verify.ts';
import { exitCodes, OccError } from '../../../errors.ts';
import { requireKey } from '../../../host/host.ts';

/** Throws OccError `model_unknown`, `usage` (exit 2) or `key_missing` (exit 78). */
export function subjectsFor(refs: readonly string[], settings: Settings): ModelSubject[] {
  const found = new Map<string, ModelSubject>();
  for (const ref of refs) {
    const { entry: model } = choose(ref, settings);
    const provider = model && settings.providers[model.provider];
    if (!model || !provider || model.provider === 'emulator') throw notReal(ref);
    const name = toId(model);
    requireKey(settings, provider.name, name);
    found.set(name, { name, model, provider });
  }
  return [...found.values()];
}

function notReal(ref: string): OccError {
  return new OccError('usage', `"${ref}" is no model of a provider that could be verified`, {
    exitCode: exitCodes.usage,
    remedy: 'name one as provider/model; occ models shows which there are',
  });
}
