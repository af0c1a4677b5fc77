/**
 * What an upstream sent, held to its own format: what occ puts right is odd, what nobody can put right is broken. Both
 * are words that follow the provider's name.
 */
import type { WireFormat } from '../../wire/codec.ts';
import type { UpstreamSide } from '../bench/recorded-exchange.ts';
import { readChat } from './formats/chat.ts';
import { readGemini } from './formats/gemini.ts';
import { readMessages } from './formats/messages.ts';
import { readResponses } from './formats/responses.ts';
import type { Rules, UpstreamHeard } from './formats/rules.ts';
import { readRaw } from './raw-events.ts';

const rulesOf: Readonly<Record<WireFormat, Rules>> = {
  chat: readChat,
  messages: readMessages,
  responses: readResponses,
  gemini: readGemini,
};

/** Judges the body of a 2xx answer. */
export function readUpstream(side: UpstreamSide, format: WireFormat): UpstreamHeard {
  const raw = readRaw(side);
  const found = raw.broken === undefined ? rulesOf[format](raw, side) : { odd: [], counted: true };
  const broken = raw.broken ?? found.broken;
  const late = side.ended === 'broken' && broken === undefined ? ['breaks the connection after its end'] : [];
  return { ...found, odd: [...raw.odd, ...found.odd, ...late], ...(broken !== undefined && { broken }) };
}
