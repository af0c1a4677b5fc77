/**
 * The lists of models: `GET /v1/models` in one shape for Anthropic and OpenAI clients, and the one that Google's clients read.
 */
import type { Settings } from '../config/settings.ts';
import { findModel } from '../catalog/models.ts';
import type { ListedModel, ServedEndpoints } from '../wire/served.ts';
import { servedEndpoints, type ServedPath } from '../wire/served-paths.ts';
import { Refused } from './inbound.ts';
import { printableLine } from '../printable.ts';

interface ModelCard {
  id: string;
  /** Anthropic's name for it. */
  type: 'model';
  /** OpenAI's name for it. */
  object: 'model';
  display_name: string;
  created_at: string;
  created: number;
  owned_by: string;
}

/** A placeholder: providers do not report when a model was created. */
const created = 1_767_225_600; // 2026-01-01

/** Every configured model once. */
function listedModels({ models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings): ListedModel[] {
  const entries = [models, modelOverrides, modelFamilyOverrides].flatMap((named) => Object.values(named));
  const listed = new Map<string, ListedModel>();
  for (const { provider, model_id, ...entry } of [...entries, ...Object.values(fallbacks).flat()]) {
    const id = `${provider}/${model_id}`;
    const known = findModel(provider, model_id);
    if (listed.has(id)) continue;
    listed.set(id, {
      id,
      name: printableLine(known?.name ?? model_id),
      provider,
      contextWindow: entry.context_window ?? known?.context,
      maxOutputTokens: entry.max_output_tokens ?? known?.output,
      images: entry.vision ?? known?.inputs.includes('image') ?? false,
    });
  }
  return [...listed.values()];
}

/**
 * Claude Code shows only ids that contain "claude" or "anthropic" (measured), so for it they are listed as
 * `anthropic/<provider>/<id>`. Routing accepts both spellings.
 */
function toCard({ id, name, provider }: ListedModel, forClaudeCode: boolean): ModelCard {
  return {
    id: forClaudeCode ? `anthropic/${id}` : id,
    type: 'model',
    object: 'model',
    display_name: `${name} (${printableLine(provider)})`,
    created_at: new Date(created * 1000).toISOString(),
    created,
    owned_by: provider,
  };
}

/** The list envelope that both kinds of client read. */
function toModelList(cards: readonly ModelCard[]): Record<string, unknown> {
  return {
    object: 'list',
    data: cards,
    has_more: false,
    first_id: cards[0]?.id ?? null,
    last_id: cards.at(-1)?.id ?? null,
  };
}

/** The list for an empty `id`, otherwise the model with that id from the path. Throws `Refused` if it is not configured. */
export function answerModels(encoded: string, userAgent: string | undefined, settings: Settings): unknown {
  const forClaudeCode = /^claude-(?:cli|code)\//.test(userAgent ?? '');
  const cards = listedModels(settings).map((model) => toCard(model, forClaudeCode));
  if (encoded === '') return toModelList(cards);
  const id = decoded(encoded);
  const card = cards.find(
    (card) => card.id === id || card.id === `anthropic/${id}` || `anthropic/${card.id}` === id,
  );
  if (!card) throw notConfigured(id);
  return card;
}

/** The same in a format that has a list of its own. */
export function answerServedModels({ format, endpoint }: ServedPath, settings: Settings): unknown {
  const { models, model }: ServedEndpoints = servedEndpoints[format];
  const listed = listedModels(settings);
  if (endpoint.id === undefined) return models?.(listed);
  const id = decoded(endpoint.id);
  const found = listed.find((one) => one.id === id);
  if (!found) throw notConfigured(id);
  return model?.(found);
}

function notConfigured(id: string): Refused {
  return new Refused('not_found_error', `no model ${JSON.stringify(id)} is configured`, {
    next: 'occ models',
  });
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
