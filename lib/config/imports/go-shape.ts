/** Recognizes the configurations of oc-go-cc and routatic-proxy. */
import { isObject, type Json } from '../../json.ts';

export function hasOwnKey(source: Json, key: string): boolean {
  return isObject(source) && Object.hasOwn(source, key);
}

export function looksLikeGo(source: Json): boolean {
  return [
    'models',
    'fallbacks',
    'opencode_go',
    'opencode_zen',
    'model_overrides',
    'api_key',
    'api_keys',
  ].some((key) => hasOwnKey(source, key));
}
