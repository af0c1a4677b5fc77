/** `GET /v1/models`, in one shape that both Anthropic and OpenAI clients can read. */
import type { Settings } from '../config/settings.ts';
import { findModel } from '../catalog/models.ts';
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

/**
 * Lists every configured model once. Claude Code shows only ids that contain "claude" or "anthropic" (measured), so for it
 * they are listed as `anthropic/<provider>/<id>`. Routing accepts both spellings.
 */
function listModels(
  { models, fallbacks, modelOverrides, modelFamilyOverrides }: Settings,
  forClaudeCode: boolean,
): ModelCard[] {
  const entries = [models, modelOverrides, modelFamilyOverrides].flatMap((named) => Object.values(named));
  const cards = new Map<string, ModelCard>();
  for (const { provider, model_id } of [...entries, ...Object.values(fallbacks).flat()]) {
    const ref = `${provider}/${model_id}`;
    const id = forClaudeCode ? `anthropic/${ref}` : ref;
    cards.set(id, {
      id,
      type: 'model',
      object: 'model',
      display_name: printableLine(`${findModel(provider, model_id)?.name ?? model_id} (${provider})`),
      created_at: new Date(created * 1000).toISOString(),
      created,
      owned_by: provider,
    });
  }
  return [...cards.values()];
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
  const cards = listModels(settings, /^claude-(?:cli|code)\//.test(userAgent ?? ''));
  if (encoded === '') return toModelList(cards);
  const id = decoded(encoded);
  const card = cards.find(
    (card) => card.id === id || card.id === `anthropic/${id}` || `anthropic/${card.id}` === id,
  );
  if (!card)
    throw new Refused('not_found_error', `no model ${JSON.stringify(id)} is configured`, {
      next: 'occ models',
    });
  return card;
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
