/** Sums of the ledger: one row for each day, project, session, agent and model. Pure. */
import { isObject, toNumber, toText } from '../json.ts';
import type { Day } from './days.ts';

/** What a row is about; "" where the record does not say. */
export interface RowKey {
  day: Day;
  project: string;
  session: string;
  /** The sub-agent; "" for the session itself. */
  agent: string;
  /** `provider/model`; "" for requests to which no model was asked. */
  model: string;
}

/** A request counts at the model that answered it, tokens and dollars at the model that used them. */
export interface Sums {
  requests: number;
  answered: number;
  /** The client received an error, or only a part of the answer. */
  failed: number;
  /** The client disconnected. */
  left: number;
  attempts: number;
  fallbacks: number;
  repairs: number;
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
  /** US dollars, and the part of them that is reckoned from a list price. */
  cost: number;
  listed: number;
  /** US dollars at list price that a plan has paid. */
  covered: number;
  /** Attempts whose tokens have no known price, and attempts that did not report all tokens. */
  unpriced: number;
  estimated: number;
  /** Milliseconds until the first content, and per output token: sums and how many were added. */
  firstMs: number;
  firsts: number;
  tokenMs: number;
  paced: number;
}

export type Row = RowKey & Sums;

/** A row without anything in it. One literal: to copy `noSums` into each row takes longer than to read its line. */
export function emptyRow({ day, project, session, agent, model }: RowKey): Row {
  return {
    day,
    project,
    session,
    agent,
    model,
    requests: 0,
    answered: 0,
    failed: 0,
    left: 0,
    attempts: 0,
    fallbacks: 0,
    repairs: 0,
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    output: 0,
    reasoning: 0,
    cost: 0,
    listed: 0,
    covered: 0,
    unpriced: 0,
    estimated: 0,
    firstMs: 0,
    firsts: 0,
    tokenMs: 0,
    paced: 0,
  };
}

export function noSums(): Sums {
  return {
    requests: 0,
    answered: 0,
    failed: 0,
    left: 0,
    attempts: 0,
    fallbacks: 0,
    repairs: 0,
    input: 0,
    cacheRead: 0,
    cacheWrite: 0,
    output: 0,
    reasoning: 0,
    cost: 0,
    listed: 0,
    covered: 0,
    unpriced: 0,
    estimated: 0,
    firstMs: 0,
    firsts: 0,
    tokenMs: 0,
    paced: 0,
  };
}

const names = Object.keys(noSums()) as (keyof Sums)[];

/** Written out: a loop over the names takes ten times as long, and a year has 100,000 rows. */
export function addSums(to: Sums, more: Sums): void {
  to.requests += more.requests;
  to.answered += more.answered;
  to.failed += more.failed;
  to.left += more.left;
  to.attempts += more.attempts;
  to.fallbacks += more.fallbacks;
  to.repairs += more.repairs;
  to.input += more.input;
  to.cacheRead += more.cacheRead;
  to.cacheWrite += more.cacheWrite;
  to.output += more.output;
  to.reasoning += more.reasoning;
  to.cost += more.cost;
  to.listed += more.listed;
  to.covered += more.covered;
  to.unpriced += more.unpriced;
  to.estimated += more.estimated;
  to.firstMs += more.firstMs;
  to.firsts += more.firsts;
  to.tokenMs += more.tokenMs;
  to.paced += more.paced;
}

/** All tokens, those of a cache included. */
export function inputOf({
  input,
  cacheRead,
  cacheWrite,
}: Pick<Sums, 'input' | 'cacheRead' | 'cacheWrite'>): number {
  return input + cacheRead + cacheWrite;
}

export interface DayRows {
  rows: Row[];
  /** Lines that are no records: torn by a full disk or a killed process, or written by something else. */
  unreadable: number;
}

/** A row as it was stored; undefined for anything else. */
export function toRow(value: unknown, day: Day): Row | undefined {
  if (!isObject(value)) return undefined;
  const sums = noSums();
  for (const name of names) sums[name] = toNumber(value[name]) ?? 0;
  const [project, session, agent, model] = ['project', 'session', 'agent', 'model'].map((name) =>
    toText(value[name]),
  );
  return {
    day,
    project: project ?? '',
    session: session ?? '',
    agent: agent ?? '',
    model: model ?? '',
    ...sums,
  };
}
