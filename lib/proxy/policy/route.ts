/**
 * Decides which models may answer a request, in which order, and why. Pure: settings in, plan out.
 *
 *   override → family → requested → scenario; then fallbacks; then the scenario's own as a safety net; capacity filters, and
 *   what budgets and `paid_fallback` forbid.
 */
import { toRoute } from '../../catalog/routes.ts';
import type { KnownQuota } from '../../catalog/quota.ts';
import { modelIdAt } from '../../catalog/listed.ts';
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { ModelEntry, Provider, Settings } from '../../config/settings.ts';
import { missingCapacity, type Lack } from './capacity.ts';
import type { Change } from '../rejections/changes.ts';
import { applyLearned, type Learned } from '../rejections/learned.ts';
import { withChanges } from '../rejections/changeable.ts';
import type { BudgetUse } from './budget.ts';
import { withoutPaid } from './paid.ts';
import type { RoutingRequest, Candidate, PassedOver, Plan } from './plan.ts';
import { savingFor, type Saving } from './saving.ts';
import { readScenario, type ScenarioMatch } from './scenario.ts';
import { groupOf, stays } from './sticky.ts';
import { requestedId, tierOf } from './tiers.ts';
import { withinBudgets } from './within-budgets.ts';
import { OccError } from '../../errors.ts';

/** What is known from earlier requests. */
export interface Known {
  learned(model: string): readonly Learned[];
  /** The changes that requests of this conversation to the model need. */
  changes?(model: string): readonly Change[];
  /** The entry of `models` that this conversation keeps for requests of `group`. */
  kept?(group: string): string | undefined;
  /** How much of the budgets is used. */
  budgets?: readonly BudgetUse[];
  /** What providers last reported of their plans. */
  quotas?: readonly KnownQuota[];
  /** The time in milliseconds since 1970, for what applies until a time. 0 unless given. */
  now?: number;
}

const nothingKnown: Known = { learned: () => [] };

/** A request with more tokens is long, unless `models.long_context.context_threshold` is set. */
export const defaultLongContextThreshold = 100_000;

/** An entry of the configuration, and its place there. */
interface Named {
  entry: ModelEntry;
  why: string;
}

interface Choice extends Named {
  /** The name under which fallbacks are looked up. */
  name: string;
  reason: string;
}

/** The plan for one request. It is empty only if no model is configured or none can take the request. */
export function planRoutes(asked: RoutingRequest, settings: Settings, known: Known = nothingKnown): Plan {
  const match = readScenario(asked.request, {
    inputTokens: asked.inputTokens,
    longContextThreshold: settings.models['long_context']?.context_threshold ?? defaultLongContextThreshold,
    requestClass: asked.requestClass,
    ordinaryThinking: asked.ordinaryThinking,
  });
  const group = groupOf(asked, match);
  const kept = keptChoice(known.kept?.(group), match, asked, settings, known);
  const scenario = kept ?? scenarioChoice(asked.request, match, settings);
  const named = chosenByName(asked.request.model, settings);
  const saving = named ? undefined : savingChoice(match, scenario, asked, settings, known);
  const choice = named ?? saving ?? scenario;
  if (!choice) return { candidates: [], reason: 'no model is configured', passedOver: [] };

  const entries: Named[] = [{ entry: choice.entry, why: choice.why }];
  // The usual model comes next to the one that spares it, before any fallback.
  if (choice !== saving) entries.push(...fallbacksFor(choice.name, choice.entry.model_id, settings));
  if (scenario && scenario !== choice) {
    entries.push(
      { entry: scenario.entry, why: scenario.why },
      ...fallbacksFor(scenario.name, scenario.entry.model_id, settings),
    );
  }
  const allowed = withoutPaid(entries, settings, known.now ?? 0);
  const { candidates, passedOver, ...budget } = withinBudgets(
    resolve(allowed.entries, asked, settings, known),
    known.budgets ?? [],
  );
  return {
    candidates,
    passedOver: [...allowed.passedOver, ...passedOver],
    ...budget,
    reason: choice.reason,
    ...(saving?.use && choice === saving && { spared: saving.use }),
    ...(choice === scenario && { keep: { group, name: choice.name } }),
  };
}

/** Override, family, and the requested model, in this order. */
function chosenByName(model: string, settings: Settings): Choice | undefined {
  const id = requestedId(model);
  const override = own(settings.modelOverrides, id) ?? own(settings.modelOverrides, model);
  if (override)
    return { entry: override, name: id, why: `model_overrides.${id}`, reason: `override of ${id}` };
  const family = longestFamily(id, settings);
  if (family) {
    const [key, entry] = family;
    return { entry, name: key, why: `model_family_overrides.${key}`, reason: `family ${key} of ${id}` };
  }
  const asked = requested(id, settings);
  return asked && { entry: asked, name: id, why: 'asked for', reason: `${id} was asked for` };
}

/** The longest key that is a substring of the id, case folded. */
function longestFamily(id: string, { modelFamilyOverrides }: Settings): [string, ModelEntry] | undefined {
  const folded = id.toLowerCase();
  return Object.entries(modelFamilyOverrides)
    .filter(([key]) => key !== '' && folded.includes(key.toLowerCase()))
    .sort(([a], [b]) => b.length - a.length)[0];
}

/**
 * A key of `models`, `provider/model`, or a catalogue id of a configured provider. Claude Code's default ids and the tier
 * ids never count as requested unless they are configured. `provider/model` is always a user's choice (`-m`, a row of
 * `/model`), so it counts even if `respect_requested_model` is off.
 */
function requested(id: string, settings: Settings): ModelEntry | undefined {
  const slash = id.indexOf('/');
  if (slash > 0) {
    const provider = id.slice(0, slash);
    const modelId = id.slice(slash + 1);
    if (own(settings.providers, provider) && modelId !== '') return sameModel(provider, modelId, settings);
  }
  if (!settings.respectRequestedModel) return undefined;
  const named = own(settings.models, id);
  if (named) return named;
  if (tierOf(id) !== undefined) return undefined;
  const provider = Object.values(settings.providers).find((one) => modelIdAt(one, id) !== undefined);
  return provider && sameModel(provider.name, id, settings);
}

/** The configuration's entry for this model, so that its fields apply; otherwise a bare entry. */
function sameModel(provider: string, modelId: string, settings: Settings): ModelEntry {
  const configured = [...Object.values(settings.models), ...Object.values(settings.fallbacks).flat()];
  const known = configured.find((entry) => entry.provider === provider && entry.model_id === modelId);
  return known ?? { provider, model_id: modelId };
}

function scenarioChoice(
  request: MessagesRequest,
  match: ScenarioMatch,
  settings: Settings,
): Choice | undefined {
  const { models } = settings;
  const scenario = streamingRule(request, match, settings) ?? match.scenario;
  const name = models[scenario] ? scenario : 'default';
  const entry = models[name] ?? Object.values(models)[0];
  if (!entry) return undefined;
  const reason = name === scenario ? match.reason : `${match.reason}; ${scenario} is not configured`;
  return { entry, name, why: `models.${name}`, reason: `scenario ${scenario}: ${reason}` };
}

/** The entry that the conversation keeps, as long as its model can take the request. */
function keptChoice(
  name: string | undefined,
  match: ScenarioMatch,
  asked: RoutingRequest,
  settings: Settings,
  known: Known,
): Choice | undefined {
  const entry = name === undefined ? undefined : own(settings.models, name);
  const provider = entry && own(settings.providers, entry.provider);
  if (name === undefined || !entry || !provider || !stays(name, match.scenario)) return undefined;
  if (streamingRule(asked.request, match, settings) !== undefined) return undefined;
  const why = `models.${name}`;
  const candidate = toCandidate(entry, provider, why, known);
  if (candidate instanceof OccError || missingCapacity(candidate.route, asked) !== undefined)
    return undefined;
  const now = name === match.scenario ? '' : `, though now ${match.scenario}: ${match.reason}`;
  return { entry, name, why, reason: `scenario ${name}: the conversation’s${now}` };
}

/** The model for background work that spares a budget or a plan, in place of the one that `usual` names. */
function savingChoice(
  { scenario }: ScenarioMatch,
  usual: Choice | undefined,
  asked: RoutingRequest,
  settings: Settings,
  known: Known,
): (Choice & Pick<Saving, 'use'>) | undefined {
  if (scenario !== 'background') return undefined;
  const why = 'the cheapest configured model';
  const isAble = (one: ModelEntry): boolean => {
    const provider = own(settings.providers, one.provider);
    const candidate = provider && toCandidate(one, provider, why, known);
    if (candidate === undefined || candidate instanceof OccError) return false;
    if (lacksKey(candidate.provider)) return false;
    return missingCapacity(candidate.route, asked) === undefined;
  };
  const { budgets, quotas, now = 0 } = known;
  const saving = savingFor(usual?.entry, settings, { budgets, quotas, now }, isAble);
  if (saving === undefined) return undefined;
  const { reason, ...rest } = saving;
  return { ...rest, name: 'background', why, reason: `background work, and ${reason}` };
}

/** Without a key, and without a command that may print it. */
function lacksKey({ missingKey, withKey, keyCommandNotRun }: Provider): boolean {
  return missingKey !== undefined && withKey === undefined && keyCommandNotRun !== true;
}

/** `enable_streaming_scenario_routing: false` sends every stream to `long_context` or `fast`, whatever its tier. */
function streamingRule(
  request: MessagesRequest,
  { scenario }: ScenarioMatch,
  settings: Settings,
): string | undefined {
  if (settings.enableStreamingScenarioRouting || request.stream !== true || scenario === 'long_context')
    return undefined;
  return settings.models['fast'] ? 'fast' : undefined;
}

/** The fallbacks: the first list among those of the matched name, the chosen model's id, and `default`. */
export function fallbacksFor(name: string, modelId: string, { fallbacks }: Settings): Named[] {
  const key = [name, modelId, 'default'].find((key) => own(fallbacks, key) !== undefined);
  return (key === undefined ? [] : (own(fallbacks, key) ?? [])).map((entry, i) => ({
    entry,
    why: `fallbacks.${key}[${i}]`,
  }));
}

function resolve(
  entries: readonly Named[],
  asked: RoutingRequest,
  settings: Settings,
  known: Known,
): Pick<Plan, 'candidates' | 'passedOver'> {
  const candidates: Candidate[] = [];
  const lacking: { candidate: Candidate; lack: Lack }[] = [];
  const broken: PassedOver[] = [];
  const seen = new Set<string>();
  for (const { entry, why } of entries) {
    const model = `${entry.provider}/${entry.model_id}`;
    const provider = own(settings.providers, entry.provider);
    if (seen.has(model) || !provider) continue;
    seen.add(model);
    const candidate = toCandidate(entry, provider, why, known);
    if (candidate instanceof OccError) {
      broken.push({ model, reason: candidate.message, cause: 'configuration' });
      continue;
    }
    const { route } = candidate;
    const lack = missingCapacity(route, asked);
    if (lack === undefined) candidates.push(candidate);
    else lacking.push({ candidate, lack });
  }
  // A model that may refuse is better than none: the request goes to the one with the largest window.
  const roomiest = lacking
    .filter(({ lack }) => !lack.refuse)
    .toSorted((a, b) => b.candidate.route.contextWindow - a.candidate.route.contextWindow)[0];
  if (candidates.length === 0 && roomiest) {
    const { candidate, lack } = roomiest;
    candidates.push({ ...candidate, why: `${candidate.why}, though ${lack.reason}` });
    lacking.splice(lacking.indexOf(roomiest), 1);
  }
  const tooSmall = lacking.map(({ candidate, lack }) => passedOverFor(candidate, lack));
  return { candidates, passedOver: [...tooSmall, ...broken] };
}

function passedOverFor({ route }: Candidate, { reason, window }: Lack): PassedOver {
  const model = `${route.provider}/${route.modelId}`;
  return { model, reason, cause: 'capacity', ...(window !== undefined && { window }) };
}

/**
 * The model as a candidate, with what was learned about it. Returns the error of a misconfigured model, which must not affect
 * others.
 */
function toCandidate(entry: ModelEntry, provider: Provider, why: string, known: Known): Candidate | OccError {
  try {
    const route = toRoute(entry, provider);
    const model = `${route.provider}/${route.modelId}`;
    const candidate = applyLearned({ route, provider, entry, why }, known.learned(model));
    return withChanges(candidate, known.changes?.(model) ?? []);
  } catch (error) {
    if (error instanceof OccError) return error;
    throw error;
  }
}

/** Looks up a name that a client chose. Never returns an inherited property. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
