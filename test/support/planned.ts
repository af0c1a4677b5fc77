/** Streams of every format whose meaning is known, each with the question whether it arrived as it was meant (L9). */
import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { Decoded, StreamEvent } from '../../lib/anthropic/events.ts';
import { readSignature } from '../../lib/anthropic/provenance.ts';
import { goesOn } from '../../lib/wire/responses/replay.ts';
import { plannedChat, type Planned } from './chat/planned.ts';
import type { Run } from './decode.ts';
import { plannedGemini, type PlannedGemini } from './gemini/planned.ts';
import { plannedMessages, type PlannedMessage } from './messages/planned.ts';
import { sorted } from './properties.ts';
import { readReceived } from './received.ts';
import { plannedResponses, type PlannedResponse } from './responses/planned.ts';
import type { Format } from './turns.ts';

/** A stream as an upstream would send it, and what must have arrived of it. */
export interface PlannedStream {
  frames: readonly string[];
  /** Fails unless what came out means what was planned. */
  judge: (heard: Run) => void;
}

type Judge<Plan> = (plan: Plan, heard: Run) => void;

function judged<Plan extends { frames: string[] }>(
  plans: fc.Arbitrary<Plan>,
  judge: Judge<Plan>,
): fc.Arbitrary<PlannedStream> {
  return plans.map((plan) => ({ frames: plan.frames, judge: (heard) => judge(plan, heard) }));
}

export const chatArrives: Judge<Planned> = ({ text, thinking, calls, finish }, { events }) => {
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

export const geminiArrives: Judge<PlannedGemini> = ({ text, thinking, calls, finish }, { events }) => {
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

export const messageArrives: Judge<PlannedMessage> = (planned, { events }) => {
  const heard = readReceived(events);
  assert.equal(heard.ended, 'stopped');
  assert.equal(heard.text, planned.text);
  assert.equal(heard.thinking, planned.thinking);
  assert.deepEqual(sorted(heard.calls), sorted(planned.calls));
  assert.equal(heard.stopReason, planned.stopReason);
  const genuine = heard.signatures
    .map((signature) => readSignature(signature)?.payload)
    .filter((payload) => payload !== '');
  if (planned.signatures.length > 0) assert.deepEqual(genuine, planned.signatures);
};

export const responseArrives: Judge<PlannedResponse> = (planned, { events, all }) => {
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
    .filter((payload) => payload !== '' && payload !== goesOn);
}

export const planned: Record<Format, fc.Arbitrary<PlannedStream>> = {
  chat: judged(plannedChat, chatArrives),
  gemini: judged(plannedGemini, geminiArrives),
  messages: judged(plannedMessages, messageArrives),
  responses: judged(plannedResponses, responseArrives),
};
