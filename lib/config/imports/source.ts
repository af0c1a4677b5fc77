/** A tool whose configuration can be imported. */
import type { Json } from '../../json.ts';
import type { Environment } from '../file/interpolate.ts';
import type { ImportContext, Imported } from './importing.ts';

export interface SourceContext extends ImportContext {
  /** Ids of Claude models, newest first, for a provider that serves them without a list. */
  claudeModels: readonly string[];
}

export interface ImportSource {
  /** What `occ config import` accepts, besides a path. */
  name: string;
  /** As its makers write it. */
  title: string;
  /** Where its file may be, the usual place first. */
  places: (where: { home: string; env: Environment }) => string[];
  /** A file of this tool that occ cannot read, with the commands that turn it into one that it can. */
  unreadable?: (where: { home: string }) => { file: string; reason: string; remedy: string };
  /** Throws or rejects with `Unparsable`. */
  parse: (text: string) => Json | Promise<Json>;
  /** Whether a file looks like one of this tool, whatever its name is. */
  fits: (source: Json) => boolean;
  convert: (source: Json, context: SourceContext) => Imported | Promise<Imported>;
}
