/** Compares the name that an upstream gives to the model of an answer with the one that was asked for. Pure. */

/** Says how a model is served, or in which form; not which model it is. */
const harmless: ReadonlySet<string> = new Set(
  'latest preview exp experimental instruct chat it hf free cloud fp4 fp8 bf16 int4 int8 awq gptq gguf'.split(
    ' ',
  ),
);

/** `4`, `0905`, `20250514`. */
const version = /^\d+$/;

/** Names under which a provider chooses the model itself. */
const chosen = /(?:^|\/)(?:auto|default|free|router)$/i;

/**
 * True if an upstream that was asked for `asked` and says that `said` answers means another model. Prefixes
 * (`accounts/fireworks/models/`), dates, and words for how a model is served make no difference, nor does a version that only
 * one of the names has: `claude-sonnet-4` may be `claude-sonnet-4-20250514`, but `gpt-5` is not `gpt-5-mini`.
 */
export function isOtherModel(asked: string, said: string): boolean {
  if (chosen.test(asked)) return false;
  const [before, after] = [wordsOf(asked), wordsOf(said)];
  const missing = before.filter((word) => !after.includes(word));
  const added = after.filter((word) => !before.includes(word));
  if ([...missing, ...added].some((word) => !version.test(word))) return true;
  return missing.length > 0 && added.length > 0;
}

/**
 * `MoonshotAI/Kimi-K2-Instruct:free` → `kimi`, `k2`; `deepseek-v3p2`, as Fireworks writes `deepseek-v3.2` → `deepseek`, `3`,
 * `2`.
 */
function wordsOf(name: string): string[] {
  const last = name.toLowerCase().slice(name.lastIndexOf('/') + 1);
  return last
    .replaceAll(/(?<=\d)p(?=\d)/g, '.')
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/^v(?=\d)/, ''))
    .filter((word) => word !== '' && !harmless.has(word));
}
