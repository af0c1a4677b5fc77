/** Answers one request: gate, decision, encoding, faults, socket. */
import { decide } from './agent.ts';
import { refuse, toAnswer, webPage, type Answer, type Reply } from './answer.ts';
import type { ReceivedRequest } from './received-request.ts';
import { actionsOf, type Faults } from './faults.ts';
import { formatAt } from './formats.ts';
import type { AnswerHead, EmulatedFormat, Flavour, Frame } from './formats/format.ts';
import { checkAtGate, emulatorModels, modelList, type ServedModels } from './gate.ts';
import { play, type Ending, type Playing } from './play.ts';
import type { Script } from './script.ts';

export interface RespondOptions {
  /** What to answer; by default the small agent decides. */
  script?: (asked: ReceivedRequest) => Answer | Script;
  /** Faults of every answer; an answer's own win. */
  faults?: Faults;
  /** `go`, the default, speaks with OpenCode Go's oddities. */
  flavour?: Flavour;
  /** Check model, key and session header as the real gateway does. */
  strict?: boolean;
  /** The models of `GET /v1/models`, and the only ones a strict emulator answers for. */
  models?: ServedModels;
  /** What `GET …/usage` tells of a plan (upstream facts 6); there is no such page unless set. */
  quota?: QuotaPercent;
}

/** Percent used of each of the plan's windows. */
export interface QuotaPercent {
  rolling: number;
  weekly: number;
  monthly: number;
}

/** What is true of this answer alone: the id its own ids are made from, and when it was made, in seconds since 1970. */
export type Identity = Pick<AnswerHead, 'id' | 'created'>;

/** Answers `asked`. Resolves to how it ended. */
export async function respond(
  asked: ReceivedRequest,
  identity: Identity,
  options: RespondOptions,
  playing: Playing,
): Promise<Ending['how']> {
  const format = asked.method === 'POST' ? formatAt(asked.path) : undefined;
  const answer = choose(asked, identity, format, options);
  const faults = { ...options.faults, ...answer.faults };
  const { status, headers, frames } =
    answer.reply || !format
      ? whole(answer.reply ?? { status: 500 })
      : encode(answer, faults, asked, { ...identity, flavour: options.flavour ?? 'go' }, format);
  const actions = actionsOf(frames, faults, format?.errorEvent ?? ((_, message) => plain(message)));
  const encoding = faults.gzip === 'declared' ? { 'content-encoding': 'gzip' } : {};
  return play(
    {
      status,
      headers: { ...headers, ...encoding, ...faults.headers },
      headersAfterMs: faults.headersAfterMs ?? 0,
      actions,
    },
    playing,
  );
}

function choose(
  asked: ReceivedRequest,
  { created }: Identity,
  format: EmulatedFormat | undefined,
  options: RespondOptions,
): Answer {
  const served = options.models ?? emulatorModels;
  if (asked.tooLarge) return refuse(413);
  if (asked.method === 'GET' && asked.path.endsWith('/models')) {
    const body = JSON.stringify(modelList(served, created));
    return { reply: { status: 200, headers: { 'content-type': 'application/json' }, body } };
  }
  if (asked.method === 'GET' && asked.path.endsWith('/usage') && options.quota)
    return quotaPage(options.quota);
  if (!format) return webPage(404);
  const refused = options.strict
    ? checkAtGate(asked.conversation.model, asked.headers, format, served)
    : undefined;
  return refused ?? toAnswer(options.script ? options.script(asked) : decide(asked.conversation));
}

function quotaPage(quota: QuotaPercent): Answer {
  const usage = Object.entries(quota).map(([name, percent]) => [
    name,
    { status: percent >= 100 ? 'rate-limited' : 'ok', percent, resetsAt: '2026-12-01T00:00:00Z' },
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
  asked: ReceivedRequest,
  identity: Identity & { flavour: Flavour },
  format: EmulatedFormat,
): Encoded {
  const { model, stream } = asked.conversation;
  const head: AnswerHead = {
    ...identity,
    flavour: flavour ?? identity.flavour,
    model,
    inputTokens: Math.ceil(asked.bodyBytes / 4),
  };
  return (shape ? shape === 'stream' : stream)
    ? {
        status: 200,
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
        frames: format.stream(script, head),
      }
    : { status: 200, headers: { 'content-type': 'application/json' }, frames: format.whole(script, head) };
}

function whole({ status, headers = {}, body = '' }: Reply): Encoded {
  return { status, headers, frames: body === '' ? [] : [plain(body)] };
}

function plain(text: string): Frame {
  return { type: 'event', part: 'content', text };
}
