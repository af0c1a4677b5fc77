/**
 * The defaults: those of the schema, and models of OpenCode Go as listed in November 2026. The fallbacks of each scenario
 * come from other vendors, so that the failure of one vendor does not end a session. Models of the free tier are left
 * out because OpenCode refuses them outside its own client, and so are models that train on requests.
 */
import type { JsonObject } from '../../json.ts';
import type { FileEntry } from './config-file.ts';
import { dereference } from './lookup.ts';
import { configSchema } from './schema.ts';
import type { Schema } from './schema-node.ts';

const go = (model_id: string): FileEntry => ({ provider: 'opencode-go', model_id });

// Each has a context window of a million tokens, so that a conversation that fits the first fits its fallbacks.
const deepseekPro = go('deepseek-v4-pro');
const deepseekFlash = go('deepseek-v4.1-flash');
const glm = go('glm-5.3');
const glmFlash = go('glm-5.3-flash');
const kimi = go('kimi-k3.1-pro');
const minimax = go('minimax-m3');

export const defaultModels = {
  // Reliable with tools for its price; the quota of the plan lasts a working day.
  default: deepseekPro,
  // Fast and cheap, for titles, summaries and sub-agents of the smallest tier.
  background: deepseekFlash,
  fast: deepseekFlash,
  // For the highest efforts and the largest tiers.
  think: glm,
  complex: kimi,
  // The cheapest model that handles a long input well.
  long_context: minimax,
  // The default model does not accept images.
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

/** The defaults of the schema in the shape of a file. */
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
