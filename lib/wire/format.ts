/** What the folder of a wire format declares about it, in its `format.ts`. Reading this does not load the codec. */
import type { Route } from './codec.ts';
import type { Quirks, ThinkingDialect } from './quirks.ts';
import type { Support } from './support.ts';

export interface Format {
  /** Formats are tried and listed in ascending order of this number. */
  readonly order: number;
  /** What follows the base URL; for gemini up to the model's name. */
  readonly path: string;
  /** The id of the model follows in the path, so an id that would change the path is refused. */
  readonly idInPath?: boolean;
  /** What precedes `path` at OpenCode, which serves several formats below one root; absent if it does not serve this. */
  readonly prefix?: string;
  /** The version that clients of this format add to a base URL that has none: `/v1`. */
  readonly version?: string;
  /** The header that carries the key, unless the provider is configured otherwise. */
  readonly auth: Exclude<Route['auth'], 'none'>;
  /** Headers that every request needs, the one for the list of models included. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The key of the configuration for the endpoint of this format alone; without it there is only `base_url`. */
  readonly urlKey?: { readonly name: string; readonly description: string };
  /**
   * How thinking is encoded for a model that the catalogue lists with levels of effort, and for one that it lists with
   * thinking on or off, unless a family of models says otherwise.
   */
  readonly thinking: { readonly efforts: ThinkingDialect; readonly toggle: ThinkingDialect };
  /** What replaces the default quirks for a model of which nothing is known. */
  readonly unknownModel?: Partial<Quirks>;
  /** Loads what the format supports, for the help. */
  support(): Promise<Support>;
}
