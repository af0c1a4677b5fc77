/** Sums up the lines of a file of the ledger. Pure. */
import { isObject, toArray, toText, type JsonObject } from '../json.ts';
import type { Day } from './days.ts';
import { knownRows } from './known-rows.ts';
import { LineScanner } from './line-scanner.ts';
import { emptyRow, type DayRows, type Row, type RowKey } from './rows.ts';

/** By the texts of their keys. */
type Rows = Map<string, Row>;

/** The sums of one file of the ledger. */
export function sumUp(bytes: Buffer, day: Day): DayRows {
  const rows: Rows = new Map();
  let unreadable = 0;
  const scanner = new LineScanner(bytes);
  const known = knownRows(bytes, scanner);
  for (let from = 0; from < bytes.length;) {
    if (scanner.scan(from)) {
      addScanned(known.find() ?? known.add(rowFor(rows, { day, ...scanner.texts() })), scanner);
      from = scanner.end;
      continue;
    }
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.toString('utf8', from, end < 0 ? bytes.length : end);
    from = end < 0 ? bytes.length : end + 1;
    if (line === '') continue;
    const record = toRecord(line);
    if (record) addRecord(rows, record, day);
    else unreadable++;
  }
  return { rows: [...rows.values()], unreadable };
}

/** The same as `addRecord`, for a line with at most one use, which counts at the model of the request. */
function addScanned(row: Row, line: LineScanner): void {
  row.requests++;
  if (line.ending === 'answered') row.answered++;
  else if (line.ending === 'left') row.left++;
  else row.failed++;
  row.attempts += line.attempts;
  row.repairs += line.repairs;
  if (line.fallback) row.fallbacks++;
  if (line.firstMs > 0) {
    row.firstMs += line.firstMs;
    row.firsts++;
  }
  if (line.tokenMs > 0) {
    row.tokenMs += line.tokenMs;
    row.paced++;
  }
  if (!line.used) return;
  row.input += line.input;
  row.cacheRead += line.cacheRead;
  row.cacheWrite += line.cacheWrite;
  row.output += line.output;
  row.reasoning += line.reasoning;
  row.covered += line.covered;
  if (line.cost === undefined) row.unpriced++;
  else {
    row.cost += line.cost;
    if (!line.byProvider) row.listed += line.cost;
  }
  if (line.estimated) row.estimated++;
}

function toRecord(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && value['v'] === 1 && typeof value['id'] === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function addRecord(rows: Rows, record: JsonObject, day: Day): void {
  const uses = toArray(record['uses']).filter(isObject);
  const model = toText(record['model']) || toText(uses.at(-1)?.['model']);
  const own = rowOfRecord(rows, record, day, model);
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
  for (const use of uses) addUse(rowOfRecord(rows, record, day, toText(use['model'])), use);
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

function rowOfRecord(rows: Rows, record: JsonObject, day: Day, model: string): Row {
  const [project, session, agent] = [record['project'], record['session'], record['agent']].map(toText);
  return rowFor(rows, { day, project: project ?? '', session: session ?? '', agent: agent ?? '', model });
}

function rowFor(rows: Rows, key: RowKey): Row {
  const { project, session, agent, model } = key;
  const name = `${project}\n${session}\n${agent}\n${model}`;
  let row = rows.get(name);
  if (row === undefined) rows.set(name, (row = emptyRow(key)));
  return row;
}
