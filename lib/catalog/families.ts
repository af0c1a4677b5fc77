/** Finds what the table of model families (`family-table.ts`) says about a model at a provider. */
import type { Effort } from '../anthropic/request.ts';
import type { WireFormat } from '../wire/formats.ts';
import type { Quirks } from '../wire/quirks.ts';
import { familyName, toPlainName } from './family-name.ts';
import { families, openAi } from './family-table.ts';

const rules = families.map((rule) => ({ rule, patterns: rule.ids?.map(toPlainName) }));
const allPatterns = rules.flatMap(({ patterns = [] }) => patterns);

/** Where a model is served. */
export interface Place {
  /** The provider's name in the configuration. */
  provider: string;
  /** The hosts of its endpoints, in lower case. */
  hosts: readonly string[];
}

/**
 * The merged quirks of a model, and the efforts of the last matching rule that has some. `id` is the model's id, or the
 * family that the configuration names in its place.
 */
export function findFamily(
  place: Place,
  id: string,
  format: WireFormat,
): { quirks: Partial<Quirks>; efforts: readonly Effort[] | undefined } {
  const name = familyName(id, allPatterns);
  const matching = rules.flatMap(({ rule, patterns }) => {
    const here = (rule.format ?? format) === format && (rule.at === undefined || isAt(place, rule.at));
    return here && (patterns?.some(name.is) ?? true) ? [rule] : [];
  });
  const quirks: Partial<Quirks> = Object.assign({}, ...matching.map((rule) => rule.quirks));
  return { quirks, efforts: matching.findLast((rule) => rule.efforts)?.efforts };
}

function isAt({ provider, hosts }: Place, places: readonly string[]): boolean {
  const isHost = (one: string) => hosts.some((host) => host === one || host.endsWith(`.${one}`));
  return places.some((one) => one === provider || isHost(one));
}

/**
 * The name of the model in an id, without vendor, region, path and tags, and with versions written as `4-6`; undefined if
 * the id names no family.
 */
export function modelName(id: string): string | undefined {
  return familyName(id, allPatterns).model || undefined;
}

/** Formats of models that are not in the bundled list, so that a new GPT works before the next release of occ. */
const formatRules: readonly { at: readonly string[]; ids: readonly string[]; format: WireFormat }[] = [
  { at: ['opencode-go'], ids: ['claude', 'minimax-m2', 'minimax-m3', 'qwen'], format: 'messages' },
  { at: ['opencode-zen'], ids: ['claude', 'qwen'], format: 'messages' },
  { at: ['opencode-go'], ids: ['gpt', 'grok', 'muse'], format: 'responses' },
  { at: ['opencode-zen'], ids: ['gpt', 'grok', 'muse'], format: 'responses' },
  // Where the chat format would lose the effort.
  { at: openAi, ids: ['gpt-5-4', 'gpt-5-5', 'gpt-5-6', 'gpt-6'], format: 'responses' },
  { at: ['opencode-go'], ids: ['gemini'], format: 'gemini' },
  { at: ['opencode-zen'], ids: ['gemini'], format: 'gemini' },
];

/** The format that a provider probably uses for an unknown id; undefined if there is no rule. */
export function guessFormat(place: Place, id: string): WireFormat | undefined {
  return formatRules.find(({ at, ids }) => isAt(place, at) && ids.some(familyName(id, ids).is))?.format;
}

/** Lower case, without the vendor path that aggregators put before an id. */
export function toBareId(id: string): string {
  return id.toLowerCase().slice(id.lastIndexOf('/') + 1);
}
