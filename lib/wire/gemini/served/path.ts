/** Reads the model and the method from a path: `/v1beta/models/provider/model:generateContent`. */

/** The model and the method; undefined for a path without a method. The id may contain slashes and colons, encoded or not. */
export function methodIn(pathname: string): { model: string; method: string } | undefined {
  const [, id, method] = /^\/v1(?:beta|alpha)?\/models\/(.+?)(?::|%3A)([A-Za-z]+)$/i.exec(pathname) ?? [];
  const model = id === undefined ? undefined : decoded(id);
  return model === undefined || method === undefined ? undefined : { model, method };
}

/** The id of the model that a path without a method names. */
export function modelPath(pathname: string): string | undefined {
  const [, id] = /^\/v1(?:beta|alpha)?\/models\/(.+)$/.exec(pathname) ?? [];
  return id === undefined ? undefined : decoded(id);
}

function decoded(id: string): string | undefined {
  try {
    return decodeURIComponent(id).replace(/^models\//, '');
  } catch {
    return undefined;
  }
}
