/** What the two formats of OpenAI's SDK have in common. */
import OpenAI from 'openai';
import type { Access, HeardError } from './dialect.ts';

export function client({ url, key, retries = 0, fetch }: Access): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: retries, ...(fetch && { fetch }) });
}

export function toError(thrown: unknown): HeardError | undefined {
  if (!(thrown instanceof OpenAI.APIError)) return undefined;
  const { status, message, requestID, code } = thrown as InstanceType<typeof OpenAI.APIError>;
  return {
    status,
    message,
    kind: thrown.constructor.name,
    requestId: requestID ?? undefined,
    code: code ?? undefined,
  };
}

export async function models(access: Access): Promise<string[]> {
  return (await client(access).models.list()).data.map(({ id }) => id);
}
