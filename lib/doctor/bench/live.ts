/** The bench for one configured model: its provider is asked for real, with the person's settings. */
import { toRoute } from '../../catalog/routes.ts';
import { withEmulator } from '../../emulator/settings.ts';
import { OccError } from '../../errors.ts';
import type { Route, WireFormat } from '../../wire/codec.ts';
import { openBench, type Bench } from './bench.ts';
import { loadedIn, type Context, type Subject } from '../check.ts';
import { onlyModel } from './emulated.ts';
import { timeoutRemedy } from '../checks/limit-places.ts';
import { Wrong } from '../laws/fault.ts';

/** How a model is asked. A Wrong where it cannot be asked at all. */
export function routeOf({ model, provider, name }: Subject): Route {
  if (model === undefined || provider === undefined) throw new Error(`${name} is no model`);
  try {
    return toRoute(model, provider);
  } catch (error) {
    if (!(error instanceof OccError)) throw error;
    throw new Wrong('client', error.message, { text: error.remedy ?? '', commands: [] });
  }
}

/** The format a model is asked in. A Wrong where it cannot be asked at all. */
export function formatOf(subject: Subject): WireFormat {
  return routeOf(subject).format;
}

/** Opens the bench of a model, or of a provider's first one. */
export async function openLive(context: Context, subject: Subject): Promise<Bench> {
  const loaded = loadedIn(context);
  const { settings } = loaded;
  const asked = subject.model === undefined ? subject.models?.[0] : subject;
  if (asked?.model === undefined) throw new Error(`${subject.name} has no model`);
  const { model } = asked;
  const { url } = await context.emulator();
  return openBench(
    {
      live: true,
      provider: model.provider,
      model: asked.name,
      format: formatOf(asked),
      settings: onlyModel(withEmulator(settings, url), model),
      remedyFor: (setting) => timeoutRemedy(loaded, model.provider, setting),
    },
    context,
  );
}
