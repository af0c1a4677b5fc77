/** The names of the wire formats and what each declares, without their codecs. */
import type { Route } from './codec.ts';
import type { Format } from './format.ts';
import * as table from './table.ts';

/** `chat` is OpenAI Chat Completions, `messages` Anthropic, `responses` OpenAI Responses, `gemini` Google's generateContent. */
export type WireFormat = keyof typeof table;

export const formats: Readonly<Record<WireFormat, Format>> = table;

/** In the order in which another format is tried. */
export const wireFormats: readonly WireFormat[] = (Object.keys(table) as WireFormat[]).sort(
  (a, b) => formats[a].order - formats[b].order,
);

/** A route and the format of its endpoint, which selects the codec. */
export interface WireRoute extends Route {
  readonly format: WireFormat;
}

/** The keys of the configuration that set the endpoint of one format. */
export type UrlKey = {
  [Name in WireFormat]: (typeof table)[Name] extends { urlKey: { name: infer Key extends string } }
    ? Key
    : never;
}[WireFormat];

/** Each format that has a key of its own in the configuration, with that key. */
export const urlKeys = wireFormats.flatMap((format) => {
  const { urlKey } = formats[format];
  return urlKey ? [{ format, name: urlKey.name as UrlKey, description: urlKey.description }] : [];
});
