/** What a provider itself has sent in one answer, before occ changes anything, read from the recorded bytes. */
import type { JsonObject } from '../../../json.ts';

export interface SentCall {
  /** Absent in formats and answers without ids. */
  id?: string;
  name: string;
  /** The text of the arguments, which may be invalid JSON. */
  json: string;
}

/** Tokens as the provider reports them. `input` includes `cached`, and `output` includes `reasoning`. */
export interface ReportedUsage {
  input: number;
  output: number;
  cached: number;
  reasoning: number;
}

/** Why the answer ended, in one vocabulary for all formats. */
export type SentFinish = 'stop' | 'tools' | 'length' | 'other';

export interface Facts {
  /** The id of the model that answers, as reported. */
  model?: string;
  text: string;
  thinking: string;
  /** The thinking has a signature or is encrypted. */
  signed: boolean;
  calls: SentCall[];
  /** Absent if the provider gave no reason. */
  finish?: SentFinish;
  usage?: ReportedUsage;
  /** Each piece of text and thinking: when it arrived, in milliseconds since the exchange began, and its characters. */
  pieces: { atMs: number; characters: number }[];
}

/** One event of the provider's stream. */
export interface SentEvent {
  data: JsonObject;
  atMs: number;
}

export type FactsReader = (events: readonly SentEvent[]) => Facts;

export function noFacts(): Facts {
  return { text: '', thinking: '', signed: false, calls: [], pieces: [] };
}

/** Adds a piece of text or thinking. An empty one is no piece. */
export function addPiece(facts: Facts, kind: 'text' | 'thinking', piece: string, atMs: number): void {
  if (piece === '') return;
  facts[kind] += piece;
  facts.pieces.push({ atMs, characters: piece.length });
}
