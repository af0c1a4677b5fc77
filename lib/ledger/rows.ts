/** Sums of the ledger: one row for each day, project, session, agent and model. Pure. */
import { isObject, toArray, toNumber, toText, type JsonObject } from '../json.ts';
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
  /** Attempts that used tokens of which nobody states a price, and of which not all were reported. */
  unpriced: number;
  estimated: number;
  /** Milliseconds until the first content, and per output token: sums and how many were added. */
  firstMs: number;
  firsts: number;
  tokenMs: number;
  paced: number;
}

export type Row = RowKey & Sums;

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

export function addSums(to: Sums, more: Sums): void {
  for (const name of names) to[name] += more[name];
}

/** All tokens, those of a cache included. */
export function inputOf({ input, cacheRead, cacheWrite }: Sums): number {
  return input + cacheRead + cacheWrite;
}

export interface DayRows {
  rows: Row[];
  /** Lines that are no records: torn by a full disk or a killed process, or written by something else. */
  unreadable: number;
}

/** The sums of one file of the ledger. */
export function sumUp(text: string, day: Day): DayRows {
  const rows = new Map<string, Row>();
  let unreadable = 0;
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line === '') continue;
    const record = toRecord(line);
    if (record) addRecord(rows, record, day);
    else unreadable++;
  }
  return { rows: [...rows.values()], unreadable };
}

function toRecord(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && value['v'] === 1 && typeof value['id'] === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function addRecord(rows: Map<string, Row>, record: JsonObject, day: Day): void {
  const uses = toArray(record['uses']).filter(isObject);
  const model = toText(record['model']) || toText(uses.at(-1)?.['model']);
  const own = rowFor(rows, record, day, model);
  const ending = toText(record['ending']);
  own.requests++;
  if (ending === 'answered') own.answered++;
  else if (ending === 'left') own.left++;
  else own.failed++;
  own.attempts += amount(record, 'attempts');
  own.repairs += amount(record, 'repairs');
  if (record['fallback_from'] !== undefined) own.fallbacks++;
  const [first, pace] = [amount(record, 'first_ms'), amount(record, 'token_ms')];
  if (first > 0) {
    own.firstMs += first;
    own.firsts++;
  }
  if (pace > 0) {
    own.tokenMs += pace;
    own.paced++;
  }
  for (const use of uses) addUse(rowFor(rows, record, day, toText(use['model'])), use);
}

function addUse(row: Row, use: JsonObject): void {
  row.input += amount(use, 'input');
  row.cacheRead += amount(use, 'cache_read');
  row.cacheWrite += amount(use, 'cache_write');
  row.output += amount(use, 'output');
  row.reasoning += amount(use, 'reasoning');
  row.cost += amount(use, 'cost');
  row.covered += amount(use, 'covered');
  if (use['cost'] === undefined) row.unpriced++;
  else if (use['cost_source'] !== 'provider') row.listed += amount(use, 'cost');
  if (use['estimated'] === true) row.estimated++;
}

/** 0 for what is no amount, so that no line of a file can lower a sum. */
function amount(object: JsonObject, name: string): number {
  const value = object[name];
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : 0;
}

function rowFor(rows: Map<string, Row>, record: JsonObject, day: Day, model: string): Row {
  const project = toText(record['project']);
  const session = toText(record['session']);
  const agent = toText(record['agent']);
  const key = `${project}\n${session}\n${agent}\n${model}`;
  const row = rows.get(key) ?? { day, project, session, agent, model, ...noSums() };
  rows.set(key, row);
  return row;
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
