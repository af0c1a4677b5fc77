/** The models that a client offers in its picker: the automatic ones, then every configured model, which is used as it is. */
import { defaultLimits, toRoute } from '../catalog/routes.ts';
import type { ModelEntry, Settings } from '../config/settings.ts';
import { OccError } from '../errors.ts';
import { printableLine } from '../printable.ts';
import { tierId } from '../proxy/policy/tiers.ts';
import type { Route } from '../wire/codec.ts';
import { configuredModels, describeModel, longContextWindow, tierRoutes, toId } from './tiers.ts';

export interface OfferedModel {
  /** The id that the client requests. */
  id: string;
  /** `kimi-k3 (automatic)`: one line of printable text, as `description`. */
  label: string;
  description: string;
  /** Tokens, input and output together. For an automatic id that of the model for long conversations. */
  contextWindow: number;
  /** Most tokens of one response. */
  maxOutputTokens: number;
  /** Whether it takes images: for an automatic id whether any model of its routing does. */
  images: boolean;
  /** The levels of reasoning effort that it accepts, lowest first; empty when it has none. */
  efforts: Route['efforts'];
}

/** `automatic` is the id for which occ picks the model of each request. */
export function offeredModels(settings: Settings, automatic: string): OfferedModel[] {
  const { sonnet: normal, opus: complex } = tierRoutes(settings);
  const entries = configuredModels(settings).map((entry) => ({ entry, limits: limitsOf(entry, settings) }));
  const routed = (route: Route): Limits => ({
    ...limitsOfRoute(route),
    contextWindow: longContextWindow(settings),
    images: route.images || entries.some(({ limits }) => limits.images),
  });
  const first: OfferedModel = {
    id: automatic,
    label: printableLine(`${normal.modelId} (automatic)`),
    description: 'occ picks the model for each request; mostly this one',
    ...routed(normal),
  };
  const second: OfferedModel = {
    id: tierId('opus'),
    label: printableLine(`${complex.modelId} (automatic)`),
    description: 'occ picks the model for each request; this one for complex work',
    ...routed(complex),
  };
  const differs = describeModel(complex) !== describeModel(normal);
  const configured = entries.map(({ entry, limits }) =>
    Object.assign(limits, {
      id: toId(entry),
      label: printableLine(entry.model_id),
      description: printableLine(`always ${entry.model_id} from ${entry.provider}`),
    }),
  );
  return [first, ...(differs ? [second] : []), ...configured];
}

type Limits = Pick<OfferedModel, 'contextWindow' | 'maxOutputTokens' | 'images' | 'efforts'>;

function limitsOfRoute({ contextWindow, maxOutputTokens, images, efforts }: Route): Limits {
  return { contextWindow, maxOutputTokens, images, efforts };
}

/** The defaults for a model that cannot be used, because its provider has no endpoint for it. Its requests say why. */
function limitsOf(entry: ModelEntry, { providers }: Settings): Limits {
  const provider = providers[entry.provider];
  try {
    if (provider !== undefined) return limitsOfRoute(toRoute(entry, provider));
  } catch (error) {
    if (!(error instanceof OccError)) throw error;
  }
  return { ...defaultLimits, images: false, efforts: [] };
}
