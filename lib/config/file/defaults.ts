/**
 * What runs when there is no configuration file: the models of OpenCode Go as listed in November 2026. Each scenario's
 * fallbacks come from other vendors, so that one vendor's bad day does not end a session. No model of the free tier is
 * here (refused outside OpenCode's own client), and none that trains on what it is sent.
 */
import type { JsonObject } from '../../json.ts';
import type { FileEntry } from './config-file.ts';
import { dereference } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';

const go = (model_id: string): FileEntry => ({ provider: 'opencode-go', model_id });

// A window of a million tokens each, so that no conversation outgrows its fallbacks.
const deepseekPro = go('deepseek-v4-pro');
const deepseekFlash = go('deepseek-v4.1-flash');
const glm = go('glm-5.3');
const glmFlash = go('glm-5.3-flash');
const kimi = go('kimi-k3.1-pro');
const minimax = go('minimax-m3');

export const defaultModels = {
  // Strong at tools for its price; the plan's allowance lasts a working day.
  default: deepseekPro,
  // Titles, summaries, sub-agents of the smallest tier: quick and cheap.
  background: deepseekFlash,
  fast: deepseekFlash,
  // Asked for the most effort, or for the biggest tier.
  think: glm,
  complex: kimi,
  // The cheapest one whose attention to a long input is good.
  long_context: minimax,
  // The default reads text only.
  vision: minimax,
} as const satisfies Record<string, FileEntry>;

export const defaultFallbacks: Readonly<Record<string, readonly FileEntry[]>> = {
  default: [glm, minimax],
  background: [glmFlash, deepseekPro],
  fast: [glmFlash, deepseekPro],
  think: [deepseekPro, kimi],
  complex: [glm, deepseekPro],
  long_context: [deepseekPro, glm],
  vision: [glmFlash, deepseekFlash],
};

/** The defaults that the schema names, as a file that spells them all out. */
export function schemaDefaults(): JsonObject {
  return defaultsOf(configSchema);
}

function defaultsOf(schema: Schema): JsonObject {
  const pairs = Object.entries(schema.properties ?? {}).flatMap(
    ([key, inner]): [string, JsonObject[string]][] => {
      const { properties, default: value } = dereference(inner);
      if (inner.onlyIfWritten || inner.aliasOf !== undefined) return [];
      if (value !== undefined) return [[key, value]];
      if (!properties) return [];
      const nested = defaultsOf({ properties });
      return Object.keys(nested).length > 0 ? [[key, nested]] : [];
    },
  );
  return Object.fromEntries(pairs);
}
