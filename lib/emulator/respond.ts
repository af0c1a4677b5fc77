/** Answers one request: checks it, decides on an answer, encodes it, applies faults and sends it. */
import { decide } from './agent.ts';
import { refuse, toAnswer, webPage, type Answer, type Reply } from './answer.ts';
import type { FailingModels } from './failing-models.ts';
import type { ReceivedRequest } from './received-request.ts';
import { actionsOf, type Faults } from './faults.ts';
import { formatAt } from './formats.ts';
import type { AnswerHead, EmulatedFormat, Flavour, Frame } from './formats/format.ts';
import { gatewayRefusal, emulatorModels, modelList, type ServedModels } from './gateway.ts';
import { play, type Ending, type Connection } from './play.ts';
import type { Script } from './script.ts';
import type { PromptCache } from './prompt/cache.ts';

export interface RespondOptions {
  /** Decides on the answer; by default the agent does. */
  script?: (request: ReceivedRequest) => Answer | Script;
  /** Faults of every answer. Those of an answer take precedence. */
  faults?: Faults;
  /** By default `go`, with the deviations of OpenCode Go. */
  flavour?: Flavour;
  /** Check model, key and session header like the real gateway. */
  strict?: boolean;
  /** The models of `GET /v1/models`, and the only ones for which a strict emulator answers. */
  models?: ServedModels;
  /** Counts what of each prompt was cached. Without one, nothing is. */
  promptCache?: PromptCache;
  /** What `GET …/usage` reports. There is no such page by default. */
  quota?: QuotaPercent;
}

/** Percent used of each window of a subscription. It may be changed while the emulator runs. */
export interface QuotaPercent {
  rolling: number;
  weekly: number;
  monthly: number;
  /** When all of them reset, in ISO 8601; the first of December 2026 unless given. */
  resetsAt?: string;
  /** The allowances of single models, by id: percent used of the month. */
  models?: Readonly<Record<string, number>>;
}

/** What identifies an answer: the id from which its other ids are made, and its time in seconds since 1970. */
export type Identity = Pick<AnswerHead, 'id' | 'created'>;

/** Answers a request. Resolves to how the response ended. */
export async function respond(
  request: ReceivedRequest,
  identity: Identity,
  options: RespondOptions & { failingModels: FailingModels },
  connection: Connection,
): Promise<Ending['how']> {
  const format = request.method === 'POST' ? formatAt(request.path) : undefined;
  const answer = choose(request, identity, format, options);
  const faults = { ...options.faults, ...answer.faults };
  const { status, headers, frames } =
    answer.reply || !format
      ? whole(answer.reply ?? { status: 500 })
      : encode(answer, faults, request, { ...identity, flavour: options.flavour ?? 'go' }, format, options);
  const actions = actionsOf(frames, faults, format?.errorEvent ?? ((_, message) => plain(message)));
  const encoding = faults.gzip === 'declared' ? { 'content-encoding': 'gzip' } : {};
  return play(
    {
      status,
      headers: { ...headers, ...encoding, ...faults.headers },
      headersAfterMs: faults.headersAfterMs ?? 0,
      actions,
    },
    connection,
  );
}

function choose(
  request: ReceivedRequest,
  { created }: Identity,
  format: EmulatedFormat | undefined,
  options: RespondOptions & { failingModels: FailingModels },
): Answer {
  const served = options.models ?? emulatorModels;
  if (request.tooLarge) return refuse(413);
  if (request.method === 'GET' && request.path.endsWith('/models')) {
    const body = JSON.stringify(modelList(served, created));
    return { reply: { status: 200, headers: { 'content-type': 'application/json' }, body } };
  }
  if (request.method === 'GET' && request.path.endsWith('/usage') && options.quota)
    return quotaPage(options.quota);
  if (!format) return webPage(404);
  const refused = options.strict
    ? gatewayRefusal(request.conversation.model, request.headers, format, served)
    : undefined;
  if (refused) return refused;
  if (options.script) return toAnswer(options.script(request));
  const { conversation } = request;
  return options.failingModels(conversation, () => decide(conversation, request));
}

function quotaPage({ models, resetsAt = '2026-12-01T00:00:00Z', ...windows }: QuotaPercent): Answer {
  const toWindow = (percent: number): object => ({
    status: percent >= 100 ? 'rate-limited' : 'ok',
    percent,
    resetsAt,
  });
  const own = Object.entries(models ?? {}).map(([id, percent]) => [id, toWindow(percent)]);
  const usage = Object.entries(windows).map(([name, percent]) => [
    name,
    {
      ...toWindow(percent),
      ...(name === 'monthly' && own.length > 0 && { models: Object.fromEntries(own) }),
    },
  ]);
  const body = JSON.stringify({
    workspaceID: 'wrk_emulated',
    userID: 'usr_emulated',
    usage: Object.fromEntries(usage),
  });
  return { reply: { status: 200, headers: { 'content-type': 'application/json' }, body } };
}

interface Encoded {
  status: number;
  headers: Readonly<Record<string, string>>;
  frames: Iterable<Frame>;
}

function encode(
  { script = [], flavour }: Answer,
  { shape }: Faults,
  request: ReceivedRequest,
  identity: Identity & { flavour: Flavour },
  format: EmulatedFormat,
  { promptCache }: RespondOptions,
): Encoded {
  const { model, stream } = request.conversation;
  const used = promptCache?.use(scopeOf(request), format.prompt(request.body), format.caching);
  const head: AnswerHead = {
    ...identity,
    flavour: flavour ?? identity.flavour,
    model,
    inputTokens: used?.input ?? Math.ceil(request.bodyBytes / 4),
    ...(used && { cached: used }),
  };
  return (shape ? shape === 'stream' : stream)
    ? {
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
        frames: format.stream(script, head),
      }
    : { status: 200, headers: { 'content-type': 'application/json' }, frames: format.whole(script, head) };
}

/**
 * Requests share a cache if they have the same key and model and reach the same server. That follows from OpenCode's session
 * header (opencode.ai/docs/go), and from OpenAI's `prompt_cache_key` (developers.openai.com, prompt caching).
 */
function scopeOf({ headers, body, keyHeaders, conversation }: ReceivedRequest): string {
  const keys = keyHeaders.map((name) => headers[name]);
  const server = [headers['x-opencode-session'], body['prompt_cache_key']];
  return JSON.stringify([conversation.model, keys, server]);
}

function whole({ status, headers = {}, body = '' }: Reply): Encoded {
  return { status, headers, frames: body === '' ? [] : [plain(body)] };
}

function plain(text: string): Frame {
  return { type: 'event', part: 'content', text };
}
