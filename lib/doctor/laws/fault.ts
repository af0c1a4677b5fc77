/** Who is at fault for an exchange that did not go well, from what each side sent. */
import { classify, type FailureClass } from '../../proxy/policy/failures.ts';
import type { ApiError } from '../../anthropic/errors.ts';
import { codecs } from '../../wire/codecs.ts';
import type { WireFormat } from '../../wire/codec.ts';
import type { Remedy, Side } from '../check.ts';
import { textOf, type Exchange, type UpstreamSide } from '../bench/recorded-exchange.ts';
import type { ClientHeard } from './client-laws.ts';
import { readUpstream } from './upstream-laws.ts';

/** A law was broken: what a probe throws. The message is the finding's summary. */
export class Wrong extends Error {
  override readonly name = 'Wrong';
  readonly fault: Side;
  readonly remedy: Remedy | undefined;

  constructor(fault: Side, message: string, remedy?: Remedy) {
    super(message);
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** The model did not do what was to be judged: no one's fault. The message says what it did instead. */
export class Absent extends Error {
  override readonly name = 'Absent';
}

/** What a refusal means, in the road's own classes; undefined for an answer that is none. */
export function refusalOf(
  side: UpstreamSide,
  format: WireFormat,
): { error: ApiError; class: FailureClass } | undefined {
  const { status } = side;
  if (status === undefined || (status >= 200 && status < 300)) return undefined;
  const error = codecs[format].decodeError(status, textOf(side));
  return error && { error, class: classify(error) };
}

/** The setting that an attempt's error names when one of occ's own clocks ended it. */
const clock = /\((timeout_ms|first_event_timeout_ms|stream_idle_timeout_ms|streaming_timeout_ms)/;

/** Settings whose time is up because a person shortened it; the others say that the upstream was silent. */
const caps: ReadonlySet<string> = new Set(['streaming_timeout_ms']);

/** What went wrong in an exchange that did not end whole. */
export function wrongIn(
  exchange: Exchange,
  heard: Exclude<ClientHeard, { kind: 'whole' }>,
  provider: string,
  format: WireFormat,
  remedyFor: (setting: string) => Remedy,
): Wrong {
  const side = exchange.upstream.at(-1);
  if (heard.kind === 'unlawful') return new Wrong('occ', `occ broke a law of the stream: ${heard.rule}`);
  const said = (heard.error.message.split('\n', 1)[0] ?? '').replace(/^all models failed: /, '');
  const [, setting] = clock.exec(heard.error.message) ?? [];
  if (setting !== undefined) {
    const fault = caps.has(setting) ? 'client' : 'provider';
    return new Wrong(fault, said, remedyFor(setting));
  }
  if (side === undefined) return new Wrong('client', said);
  const refusal = refusalOf(side, format);
  if (refusal) {
    const { status, upstreamType } = refusal.error;
    const name = [status, upstreamType].filter((word) => word !== undefined).join(' ');
    return new Wrong(
      refusal.class === 'credentials' || refusal.class === 'client' ? 'client' : 'provider',
      `${provider} refused with ${name}: ${refusal.error.message}`,
    );
  }
  const { broken } = side.status === undefined ? {} : readUpstream(side, format);
  if (broken !== undefined) return new Wrong('provider', `${provider} ${broken}`);
  if (side.ended === 'broken') return new Wrong('provider', side.reason ?? said);
  // Where occ stopped reading, the provider is not cleared by what was heard.
  if (side.ended === 'left' && said.startsWith('the upstream '))
    return new Wrong('provider', said.replace('the upstream', provider));
  return new Wrong('occ', `${provider} answered lawfully, and occ told its client: ${said}`);
}
