/**
 * Finds model servers on this machine by asking the ports on which they usually listen, all at once. A server is named by
 * its answers alone, because any program may use these ports.
 */
import { get } from 'node:http';
import { isLoopback, isUnspecified } from '../loopback.ts';
import { localServerFacts, type LocalServerKind } from './local-server-kinds.ts';
import { isObject, parseJson, toArray, toNumber, toObject, toText, type JsonObject } from '../json.ts';

export interface LocalModel {
  id: string;
  /** The context window with which the server runs it, in tokens; absent if the server does not say. */
  context?: number;
  /** Accepts images; absent if the server does not say. */
  images?: boolean;
}

export interface LocalServer {
  kind: LocalServerKind;
  /** As its makers write it: "LM Studio". */
  title: string;
  /** `http://127.0.0.1:11434/v1`, where it speaks OpenAI's formats. */
  baseUrl: string;
  /** Models that generate text, in its order. */
  models: readonly LocalModel[];
}

/** The usual ports, and that of OLLAMA_HOST if it names this machine. */
export function localPorts(env: Readonly<Record<string, string | undefined>> = {}): number[] {
  const usual = Object.values(localServerFacts).map(({ port }) => port);
  const named = portOf(env['OLLAMA_HOST'] ?? '');
  return [...new Set(named === undefined ? usual : [named, ...usual])];
}

/** Ollama accepts `host`, `host:port`, `:port` and a URL. */
function portOf(host: string): number | undefined {
  const text = /^\w+:\/\//.test(host) ? host : `http://${host.replace(/^(?=:)/, '127.0.0.1')}`;
  if (host.trim() === '' || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  const here = isLoopback(hostname) || isUnspecified(hostname);
  return here ? Number(port) || localServerFacts.ollama.port : undefined;
}

/** Milliseconds within which a server must have answered everything. On loopback a free port refuses at once. */
const limitMs = 500;

/** Servers in the order of `ports`. Never rejects. */
export async function findLocalServers(ports: readonly number[], limit = limitMs): Promise<LocalServer[]> {
  const found = await Promise.all(ports.map((port) => ask(port, limit)));
  return found.filter((server) => server !== undefined);
}

async function ask(port: number, limit: number): Promise<LocalServer | undefined> {
  const signal = AbortSignal.timeout(limit);
  const paths = ['/v1/models', '/api/v0/models', '/api/version', '/api/tags'];
  const [list, lmStudio, version, tags] = await Promise.all(
    paths.map((path) => read(`http://127.0.0.1:${port}${path}`, signal)),
  );
  const named = identify({ list, lmStudio, version, tags });
  if (named === undefined) return undefined;
  const { title } = localServerFacts[named.kind];
  return { ...named, title, baseUrl: `http://127.0.0.1:${port}/v1` };
}

interface Answer {
  body: JsonObject;
  /** The `Server` header. */
  server: string;
}

interface Answers {
  /** `/v1/models` of OpenAI's API. */
  list?: Answer | undefined;
  /** `/api/v0/models` of LM Studio. */
  lmStudio?: Answer | undefined;
  /** `/api/version` and `/api/tags` of Ollama. */
  version?: Answer | undefined;
  tags?: Answer | undefined;
}

/** Undefined for a server whose answers are not known. Each branch states what only this server answers. */
export function identify(answers: Answers): Pick<LocalServer, 'kind' | 'models'> | undefined {
  const { list, lmStudio, version, tags } = answers;
  const listed = toArray(list?.body['data']).filter(isObject);
  const ownedBy = (owner: string): boolean => listed.some((entry) => entry['owned_by'] === owner);
  if (ownedBy('vllm')) return { kind: 'vllm', models: toModels(listed, vllmModel) };
  if (ownedBy('llamacpp') || list?.server === 'llama.cpp')
    return { kind: 'llama.cpp', models: toModels(listed, llamaCppModel) };
  if (lmStudio?.body['object'] === 'list' && Array.isArray(lmStudio.body['data']))
    return { kind: 'lm-studio', models: toModels(lmStudio.body['data'].filter(isObject), lmStudioModel) };
  if (toText(version?.body['version']) !== '' && Array.isArray(tags?.body['models']))
    return { kind: 'ollama', models: toModels(tags.body['models'].filter(isObject), ollamaModel) };
  return undefined;
}

type ToModel = (entry: JsonObject) => LocalModel | undefined;

function toModels(entries: readonly JsonObject[], toModel: ToModel): LocalModel[] {
  const models = entries.map(toModel).filter((model) => model !== undefined);
  return models.filter(({ id }) => /^[!-~]{1,200}$/.test(id));
}

function vllmModel(entry: JsonObject): LocalModel {
  return { id: toText(entry['id']), ...contextOf(entry['max_model_len']) };
}

function llamaCppModel(entry: JsonObject): LocalModel {
  const inputs = toArray(toObject(entry['architecture'])['input_modalities']);
  return {
    id: toText(entry['id']),
    ...contextOf(toObject(entry['meta'])['n_ctx']),
    ...(inputs.includes('image') && { images: true }),
  };
}

/** A model that is not loaded gets a context window only when LM Studio loads it. */
function lmStudioModel(entry: JsonObject): LocalModel | undefined {
  if (entry['type'] === 'embeddings') return undefined;
  return {
    id: toText(entry['id']),
    ...contextOf(entry['loaded_context_length']),
    ...(entry['type'] === 'vlm' && { images: true }),
  };
}

/** Ollama names the families of embedding models "bert" and "nomic-bert". */
function ollamaModel(entry: JsonObject): LocalModel | undefined {
  const family = toText(toObject(entry['details'])['family']);
  return family.includes('bert') ? undefined : { id: toText(entry['name']) };
}

function contextOf(value: unknown): { context?: number } {
  const context = toNumber(value);
  return context !== undefined && Number.isSafeInteger(context) && context > 0 ? { context } : {};
}

/** More than a list of any local server has. */
const maxBytes = 4 * 1024 * 1024;

/** A JSON object with status 200; undefined for everything else, and after the limit. */
function read(url: string, signal: AbortSignal): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const none = (): void => resolve(undefined);
    const request = get(
      url,
      { agent: false, signal, headers: { accept: 'application/json' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (text.length > maxBytes) request.destroy();
        });
        response.once('error', none).once('close', none);
        response.once('end', () => {
          const body = response.statusCode === 200 ? parseJson(text) : undefined;
          resolve(isObject(body) ? { body, server: toText(response.headers.server) } : undefined);
        });
      },
    );
    request.once('error', none);
  });
}
