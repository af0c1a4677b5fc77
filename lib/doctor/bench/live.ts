/** The bench for one configured model: requests go to its real provider with the user's settings. */
import { toRoute } from '../../catalog/routes.ts';
import { withEmulator } from '../../emulator/settings.ts';
import { OccError } from '../../errors.ts';
import type { WireRoute } from '../../wire/formats.ts';
import { limitRemedy } from '../checks/limit-places.ts';
import { loadedIn, type Context, type Subject } from '../check.ts';
import { CheckFailure } from '../laws/fault.ts';
import { openBench, type Bench } from './bench.ts';
import { onlyModel } from './emulated.ts';

/** The route of a model. Throws a CheckFailure if its provider has no endpoint for it. */
export function routeOf({ model, provider, name }: Subject): WireRoute {
  if (model === undefined || provider === undefined) throw new Error(`${name} is not a model`);
  try {
    return toRoute(model, provider);
  } catch (error) {
    if (!(error instanceof OccError)) throw error;
    throw new CheckFailure('client', error.message, {
      remedy: { text: error.remedy, commands: ['occ config check'] },
    });
  }
}

/** Opens the bench of a model or of a provider's first model. */
export async function openLive(context: Context, subject: Subject): Promise<Bench> {
  const loaded = loadedIn(context);
  const { settings } = loaded;
  const chosen = subject.model === undefined ? subject.models?.[0] : subject;
  if (chosen?.model === undefined) throw new Error(`${subject.name} has no model`);
  const { model } = chosen;
  const { url } = await context.emulator();
  return openBench(
    {
      live: true,
      provider: model.provider,
      model: chosen.name,
      format: routeOf(chosen).format,
      settings: onlyModel(withEmulator(settings, url), model),
      remedyFor: (limit) => limitRemedy(loaded, model.provider, limit),
    },
    context,
  );
}
