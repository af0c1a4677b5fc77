/** Generated streams with known content, for every format, and a check that the content arrives (L9). */
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

/** A stream as an upstream would send it. */
export interface GeneratedStream {
  frames: readonly string[];
  /** Fails unless the decoded events have the generated content. */
  check: (run: Run) => void;
}

type Check<Plan> = (plan: Plan, run: Run) => void;

function withCheck<Plan extends { frames: string[] }>(
  plans: fc.Arbitrary<Plan>,
  check: Check<Plan>,
): fc.Arbitrary<GeneratedStream> {
  return plans.map((plan) => ({ frames: plan.frames, check: (run) => check(plan, run) }));
}

export const checkChat: Check<GeneratedChat> = ({ text, thinking, calls, finish }, { events }) => {
  const received = readReceived(events);
  assert.equal(received.ended, 'stopped');
  assert.equal(received.text, text);
  assert.equal(received.thinking, thinking);
  assert.deepEqual(sorted(received.calls), sorted(calls));
  assert.equal(
    received.stopReason,
    finish === 'length' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

export const checkGemini: Check<GeneratedGemini> = ({ text, thinking, calls, finish }, { events }) => {
  const received = readReceived(events);
  assert.equal(received.ended, 'stopped');
  assert.equal(received.text, text);
  assert.equal(received.thinking, thinking);
  assert.deepEqual(received.calls, calls);
  assert.equal(
    received.stopReason,
    finish === 'MAX_TOKENS' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

export const checkMessages: Check<GeneratedMessage> = (generated, { events }) => {
  const received = readReceived(events);
  assert.equal(received.ended, 'stopped');
  assert.equal(received.text, generated.text);
  assert.equal(received.thinking, generated.thinking);
  assert.deepEqual(sorted(received.calls), sorted(generated.calls));
  assert.equal(received.stopReason, generated.stopReason);
  const genuine = received.signatures
    .map((signature) => readSignature(signature)?.payload)
    .filter((payload) => payload !== '');
  if (generated.signatures.length > 0) assert.deepEqual(genuine, generated.signatures);
};

export const checkResponses: Check<GeneratedResponse> = (expected, { events, all }) => {
  const received = readReceived(events);
  const { ending, calls } = expected;
  assert.equal(received.ended, 'stopped');
  // Interleaved items arrive in the order of their pieces.
  const comparable = (text: string): unknown => (expected.interleaved ? text.split('').sort() : text);
  assert.deepEqual(comparable(received.text), comparable(expected.text));
  assert.deepEqual(comparable(received.thinking), comparable(expected.thinking));
  assert.deepEqual(sorted(received.calls), sorted(calls));
  // Encrypted reasoning after the last text is dropped and reported, because as the last block it would hide the text.
  const kept = encryptedIn(received.signatures);
  const lost = without(expected.encrypted, kept);
  assert.deepEqual([...kept, ...lost].sort(), expected.encrypted.toSorted());
  assert.equal(all.some(isLoss), lost.length > 0);
  if (lost.length > 0) {
    assert.equal(calls.length, 0);
    assert.equal(lastBlock(events), 'text');
  }
  assert.equal(
    received.stopReason,
    ending === 'incomplete' ? 'max_tokens' : calls.length > 0 ? 'tool_use' : 'end_turn',
  );
};

function isLoss(decoded: Decoded): boolean {
  return decoded.type === 'dropped' && decoded.what === 'the encrypted reasoning after the last text';
}

/** Removes one occurrence of each string in `some` from `all`. */
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

/** The encrypted payloads of the signatures, without `continued` marks and empty payloads. */
function encryptedIn(signatures: readonly string[]): string[] {
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
