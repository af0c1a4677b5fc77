/**
 * Finds the name of a model family in a model id. Providers put vendors, regions, paths, deployments and tags around it:
 * `us.anthropic.claude-sonnet-4-6-v1:0` (Bedrock), `accounts/fireworks/models/deepseek-v4`, `azure-gpt-5.6`,
 * `hf.co/unsloth/Qwen3-8B-GGUF:Q4`.
 */

/**
 * A pattern of the family table is a name with an optional version: `qwen`, `qwen3.8`, `claude-sonnet-4`. `#` stands for
 * one or more digits. It matches as a whole: `glm` also matches `glm4`, but no pattern ends within a word or a number, so
 * `gpt-5` does not match `gpt-50`, nor `o3` match `o3x`. Patterns are spelled as `toPlainName` spells them.
 */
export interface FamilyName {
  /** Whether the pattern matches the start of the model's name. */
  readonly is: (pattern: string) => boolean;
  /** The model's name alone, in the spelling of `toPlainName`; "" if the id contains no pattern. */
  readonly model: string;
}

/**
 * The family of the first pattern in the last part of the id that contains one, so a vendor counts only if no later part
 * names a family. In a distillation the family after "distill" counts, since its architecture and chat template answer:
 * `deepseek-r1-distill-qwen-32b` is Qwen, `Qwen3-8B-Claude-Distill` has none there and is Qwen as well.
 */
export function familyName(id: string, patterns: readonly string[]): FamilyName {
  const parts = toParts(toPlainName(id.slice(0, maxLength)));
  const students = parts.map((part) => part.split(/distill(?:ed)?/).at(-1) ?? part);
  const found =
    students.map((part) => nameIn(part, patterns)).findLast((name) => name !== '') ??
    parts.map((part) => nameIn(part, patterns)).findLast((name) => name !== '') ??
    '';
  return { is: (pattern) => found !== '' && matchesAt(found, 0, pattern), model: withoutTags(found) };
}

/** Characters of an id; longer ones name no model. */
const maxLength = 512;

/**
 * Lower case, with versions spelled as Anthropic spells them: `4.6`, `4_6` and Fireworks' `4p6` are `4-6`.
 */
export function toPlainName(id: string): string {
  return id.toLowerCase().replace(/(?<=\d)[._p](?=\d)/g, '-');
}

/** The parts of a path, and of the dotted names of Bedrock, where no digit is beside the dot. */
function toParts(name: string): string[] {
  return name.split(/\/|(?<=[a-z])\.(?=[a-z])/);
}

/** The part from the name on; "" if there is none. A vendor that has the name of its family is skipped: `qwen-qwen3-8`. */
function nameIn(part: string, patterns: readonly string[]): string {
  for (let at = 0; at < part.length; at++) {
    const name = isStart(part, at) ? patterns.find((pattern) => matchesAt(part, at, pattern)) : undefined;
    if (name === undefined) continue;
    const word = /^[a-z]+/.exec(name)?.[0] ?? name;
    let last = at;
    for (let next = at; next >= 0; next = part.indexOf(word, next + 1)) {
      if (
        isStart(part, next) &&
        patterns.some((pattern) => pattern.startsWith(word) && matchesAt(part, next, pattern))
      )
        last = next;
    }
    return part.slice(last);
  }
  return '';
}

function isStart(part: string, at: number): boolean {
  return at === 0 || !isAlphanumeric(part.charAt(at - 1));
}

function matchesAt(part: string, at: number, pattern: string): boolean {
  // Nearly every pattern ends here, and an id is compared with all of them.
  if (part.charCodeAt(at) !== pattern.charCodeAt(0)) return false;
  let to = at;
  for (const expected of pattern) {
    if (expected !== '#') {
      if (part.charAt(to) !== expected) return false;
      to++;
      continue;
    }
    if (!isDigit(part.charAt(to))) return false;
    while (isDigit(part.charAt(to))) to++;
  }
  const next = part.charAt(to);
  return /[a-z]$/.test(pattern) ? !/[a-z]/.test(next) : !isAlphanumeric(next);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isAlphanumeric(character: string): boolean {
  return isDigit(character) || (character >= 'a' && character <= 'z');
}

/** Without what says how a model is served: `:free`, `@20260101`, `-v1:0`, `-20250929`, `-latest`. */
function withoutTags(name: string): string {
  return name
    .replace(/-v\d+:\d+$/, '')
    .replace(/[:@].*$/, '')
    .replace(/-(?:latest|\d{8})$/, '');
}
