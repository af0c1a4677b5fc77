/** Streams of every format whose meaning is known, each with the question whether it arrived as it was meant (L9). */
import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { Decoded, StreamEvent } from '../../lib/anthropic/events.ts';
import { readSignature } from '../../lib/anthropic/provenance.ts';
import { continued } from '../../lib/wire/responses/replay.ts';
import { generatedChat, type GeneratedChat } from './chat/generated.ts';
import type { Run } from './decode.ts';
import { generatedGemini, type GeneratedGemini } from './gemini/generated.ts';
import { generatedMessages, type GeneratedMessage } from './messages/generated.ts';
import { sorted } from './properties.ts';
import { readReceived } from './received.ts';
import { generatedResponses, type GeneratedResponse } from './responses/generated.ts';
import type { Format } from './turns.ts';

/** A stream as an upstream would send it, and what must have arrived of it. */
export interface GeneratedStream {
  frames: readonly string[];
  /** Fails unless what came out means what was planned. */
  check: (heard: Run) => void;
}

type Check<Plan> = (plan: Plan, heard: Run) => void;

function withCheck<Plan extends { frames: string[] }>(
  plans: fc.Arbitrary<Plan>,
  check: Check<Plan>,
): fc.Arbitrary<GeneratedStream> {
  return plans.map((plan) => ({ frames: plan.frames, check: (heard) => check(plan, heard) }));
}

export const checkChat: Check<GeneratedChat> = ({ text, thinking, calls, finish }, { events }) => {
  const heard = readReceived(events);
  assert.equal(heard.ended, 'stopped');
  assert.equal(heard.text, text);
  assert.equal(heard.thinking, thinking);
  assert.deepEqual(sorted(heard.calls), sorted(calls));
  assert.equal(
    heard.stopReason,
    finish === 'length' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

export const checkGemini: Check<GeneratedGemini> = ({ text, thinking, calls, finish }, { events }) => {
  const heard = readReceived(events);
  assert.equal(heard.ended, 'stopped');
  assert.equal(heard.text, text);
  assert.equal(heard.thinking, thinking);
  assert.deepEqual(heard.calls, calls);
  assert.equal(
    heard.stopReason,
    finish === 'MAX_TOKENS' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

export const checkMessages: Check<GeneratedMessage> = (generated, { events }) => {
  const heard = readReceived(events);
  assert.equal(heard.ended, 'stopped');
  assert.equal(heard.text, generated.text);
  assert.equal(heard.thinking, generated.thinking);
  assert.deepEqual(sorted(heard.calls), sorted(generated.calls));
  assert.equal(heard.stopReason, generated.stopReason);
  const genuine = heard.signatures
    .map((signature) => readSignature(signature)?.payload)
    .filter((payload) => payload !== '');
  if (generated.signatures.length > 0) assert.deepEqual(genuine, generated.signatures);
};

export const checkResponses: Check<GeneratedResponse> = (planned, { events, all }) => {
  const heard = readReceived(events);
  const { ending, calls } = planned;
  assert.equal(heard.ended, 'stopped');
  // Items that take turns are told in the order in which they speak.
  const told = (text: string): unknown => (planned.mixed ? text.split('').sort() : text);
  assert.deepEqual(told(heard.text), told(planned.text));
  assert.deepEqual(told(heard.thinking), told(planned.thinking));
  assert.deepEqual(sorted(heard.calls), sorted(calls));
  // What is sealed behind the last words is left out, and said to be: as the last block it would hide them.
  const kept = sealedIn(heard.signatures);
  const lost = without(planned.sealed, kept);
  assert.deepEqual([...kept, ...lost].sort(), planned.sealed.toSorted());
  assert.equal(all.some(isLoss), lost.length > 0);
  if (lost.length > 0) {
    assert.equal(calls.length, 0);
    assert.equal(lastBlock(events), 'text');
  }
  assert.equal(
    heard.stopReason,
    ending === 'incomplete' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

function isLoss(decoded: Decoded): boolean {
  return decoded.type === 'dropped' && decoded.what === 'the encrypted reasoning behind the last words';
}

/** `all` without one of each in `some`. */
function without(all: readonly string[], some: readonly string[]): string[] {
  const left = [...all];
  for (const one of some) {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

function lastBlock(events: readonly StreamEvent[]): string | undefined {
  return events.findLast((event) => event.type === 'content_block_start')?.content_block.type;
}

/** What a client will give back, without the marks of items that go on and of those that were not encrypted. */
function sealedIn(signatures: readonly string[]): string[] {
  return signatures
    .map((signature) => readSignature(signature)?.payload ?? '')
    .filter((payload) => payload !== '' && payload !== continued);
}

export const generated: Record<Format, fc.Arbitrary<GeneratedStream>> = {
  chat: withCheck(generatedChat, checkChat),
  gemini: withCheck(generatedGemini, checkGemini),
  messages: withCheck(generatedMessages, checkMessages),
  responses: withCheck(generatedResponses, checkResponses),
};
