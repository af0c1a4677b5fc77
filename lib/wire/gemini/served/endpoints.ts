/** The endpoints that clients of Google's generateContent call, their errors and their list of models. */
import type { ApiErrorType } from '../../../anthropic/events.ts';
import type { Asking, Endpoint, ListedModel, ServedEndpoints, ServedError } from '../../served.ts';
import { isGooglesClient } from './google-client.ts';
import { methodIn, modelPath } from './path.ts';

export const endpoints: ServedEndpoints = {
  find,
  error: errorBody,
  status: toStatus,
  models: (models) => ({ models: models.map(toModel) }),
  model: toModel,
};

const answers: Readonly<Record<string, Endpoint>> = {
  generateContent: { does: 'answer', method: 'POST' },
  streamGenerateContent: { does: 'answer', method: 'POST' },
  countTokens: { does: 'count', method: 'POST' },
};

const agents = 'agents, and what belongs to them, are kept by Google';

/** What Google's API has beside answers, by the first part of the path. */
const others: ReadonlyMap<string, string> = new Map([
  ['cachedContents', 'cached content is kept by Google; send the whole conversation with each request'],
  ['files', 'files are kept by Google; send them inline (inlineData)'],
  ['tunedModels', 'tuned models are kept by Google'],
  ['corpora', 'corpora are kept by Google'],
  ['fileSearchStores', 'file search stores are kept by Google'],
  ['batches', 'batches are run by Google; send one request at a time'],
  ['operations', 'operations are run by Google'],
  ['interactions', 'interactions are kept by Google; use generateContent with the whole conversation'],
  ['authTokens', 'tokens of the Live API are made by Google'],
  ['auth_tokens', 'tokens of the Live API are made by Google'],
  ['agents', agents],
  ['credentials', agents],
  ['decisions', agents],
  ['environments', agents],
  ['triggers', agents],
  ['voices', 'voices are kept by Google'],
  ['webhooks', 'webhooks are called by Google'],
]);

const embeddings = 'embeddings are not offered: the models answer conversations only';
const batches = 'batches are not offered: send one request at a time';
const media = 'images and videos are not generated: the models answer with text';
const old = 'only generateContent, streamGenerateContent and countTokens are offered';

/** Google's other methods of a model. A name that is none of these may be the end of an id: `qwen3:latest`. */
const methods: ReadonlyMap<string, string> = new Map([
  ['embedContent', embeddings],
  ['batchEmbedContents', embeddings],
  ['asyncBatchEmbedContent', embeddings],
  ['embedText', embeddings],
  ['batchEmbedText', embeddings],
  ['batchGenerateContent', batches],
  ['predict', media],
  ['predictLongRunning', media],
  ['generateImages', media],
  ['bidiGenerateContent', 'the Live API is not offered: use streamGenerateContent'],
  ['generateAnswer', old],
  ['generateText', old],
  ['generateMessage', old],
  ['countTextTokens', old],
  ['countMessageTokens', old],
]);

/**
 * Anthropic and OpenAI have `/v1/models` and `/v1/files` as well, so under `v1` only the methods of models count, unless the
 * client is one of Google's: `@google/genai` 3 and `google-genai` 3 for Python use `v1` for everything.
 */
function find(pathname: string, asking?: Asking): Endpoint | undefined {
  const [, upload, version, rest] = /^(\/upload)?\/(v1|v1beta|v1alpha)\/(.+)$/.exec(pathname) ?? [];
  if (version === undefined || rest === undefined) return undefined;
  const called = methodIn(pathname);
  if (called !== undefined && upload === undefined) {
    const answer = Object.hasOwn(answers, called.method) ? answers[called.method] : undefined;
    if (answer) return answer;
    const why = methods.get(called.method);
    if (why !== undefined) return refuse(why);
  }
  if (version === 'v1' && !(asking && isGooglesClient(asking))) return undefined;
  const why = others.get(/^[^/:]+/.exec(rest)?.[0] ?? '');
  if (why !== undefined || upload !== undefined) return refuse(why ?? 'uploads are kept by Google');
  if (rest === 'models' || rest === 'models/') return { does: 'models', method: 'GET' };
  const id = modelPath(pathname);
  return id === undefined ? undefined : { does: 'models', method: 'GET', id };
}

function refuse(why: string): Endpoint {
  return { does: 'refuse', why };
}

/** The name that Google's errors have beside the HTTP status. */
const statusNames: Readonly<Record<ApiErrorType, string>> = {
  invalid_request_error: 'INVALID_ARGUMENT',
  authentication_error: 'UNAUTHENTICATED',
  billing_error: 'FAILED_PRECONDITION',
  permission_error: 'PERMISSION_DENIED',
  not_found_error: 'NOT_FOUND',
  request_too_large: 'INVALID_ARGUMENT',
  rate_limit_error: 'RESOURCE_EXHAUSTED',
  api_error: 'INTERNAL',
  timeout_error: 'DEADLINE_EXCEEDED',
  overloaded_error: 'UNAVAILABLE',
};

/** HTTP statuses that Google's clients do not know, and the ones that they do. */
const ownStatuses: ReadonlyMap<number, number> = new Map([[529, 503]]);

function toStatus(status: number): number {
  return ownStatuses.get(status) ?? (status >= 400 && status <= 599 ? status : 500);
}

/**
 * An error as Google writes it. In a stream, Google's client takes it for one only if `code` is from 400 to 599, and would
 * take the stream for finished otherwise.
 */
export function errorBody({ status, type, message, param, requestId }: ServedError): object {
  const code = toStatus(status);
  const details: object[] = [{ '@type': 'type.googleapis.com/google.rpc.RequestInfo', requestId }];
  if (param !== undefined) {
    const fieldViolations = [{ field: param, description: message }];
    details.unshift({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations });
  }
  const name = status === 501 ? 'UNIMPLEMENTED' : statusNames[type];
  return { error: { code, message, status: name, details } };
}

function toModel({ id, name, provider, contextWindow, maxOutputTokens }: ListedModel): object {
  return {
    name: `models/${id}`,
    baseModelId: id,
    version: '001',
    displayName: name,
    description: `${name} at ${provider}`,
    ...(contextWindow !== undefined && { inputTokenLimit: contextWindow }),
    ...(maxOutputTokens !== undefined && { outputTokenLimit: maxOutputTokens }),
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  };
}
