/** Replaces ids and keys. Their prefixes stay: they say what kind of id it is and which provider made it. */
import type { Replacements } from './replacements.ts';

export interface Ids {
  /** The replacement of a field that is an id. */
  replacement: (value: string) => string;
  /** The replacement of an id that is already replaced. */
  known(value: string): string | undefined;
  /** The replacement of a key or an id in a sentence. */
  secret(value: string): string;
}

const prefixes =
  /^(?:(?:srv)?toolu_(?:occ[02]_)?|call_|msg_|req_|resp_|fc_|rs_|chatcmpl-|gen-|org-|functions\.|occ1\.[\w-]*\.|msg-)/;

const prefixesOfSecrets =
  /^(?:sk|pk|gsk|xai|ghp|key|req|org|resp|msg|call|toolu|chatcmpl)(?:[-_](?:proj|ant|or|v1|api\d*))*[-_]/;

/** `kept` are ids that stay; `name` replaces the name of a tool. */
export function idReplacements(
  { changed, once }: Replacements,
  kept: ReadonlySet<string>,
  name: (value: string) => string,
): Ids {
  const made = new Map<string, string>();

  /** The same part may follow several prefixes: a signature of occ contains one that the upstream sent. */
  const partOfId = (part: string): string => once(made, part, () => changed(part));

  function changedId(value: string): string {
    const [prefix = ''] = prefixes.exec(value) ?? [];
    const rest = value.slice(prefix.length);
    if (prefix === '') return changed(rest);
    // Kimi's ids contain the name of the tool.
    if (prefix === 'functions.') return prefix + rest.replace(/^[^:]+/, name);
    return prefix + (prefix === 'occ1.' || rest === '' ? rest : partOfId(rest));
  }

  return {
    replacement: (value) => (kept.has(value) ? value : once(made, value, () => changedId(value))),
    known: (value) => made.get(value),
    secret(value) {
      const [prefix = ''] = prefixesOfSecrets.exec(value) ?? [];
      return prefix + partOfId(value.slice(prefix.length));
    },
  };
}
