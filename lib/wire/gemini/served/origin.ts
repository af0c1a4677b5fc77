/** Reads an origin from its text, as `originOf` writes it. */
import type { Origin } from '../../../anthropic/provenance.ts';

/** Undefined for a text that is none. A provider's name has no slash, a model's id may have some. */
export function originIn(text: string): Origin | undefined {
  const [, format, provider, modelId] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  return format !== undefined && provider !== undefined && modelId !== undefined
    ? { format, provider, modelId }
    : undefined;
}
