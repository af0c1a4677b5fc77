/**
 * How much of the budgets is used, by all proxies of this user: the ledger of the month, the lines that other proxies add to
 * it, and the requests of this proxy, which count at once.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { readBudgetAmount } from '../budget-amount.ts';
import { isOwn } from '../bounded-file.ts';
import type { Settings } from '../config/settings.ts';
import type { BudgetUse } from '../proxy/policy/budget.ts';
import type { EndedRequest } from '../proxy/recent.ts';
import { dayOf, fileOf, monthOf, nextDay, nextMonth, shifted, type Day } from './days.ts';
import { totalOf } from './groups.ts';
import { readLedger, type LedgerPlaces } from './read.ts';
import { inputOf, type Sums } from './rows.ts';
import { sumUp } from './sum-up.ts';

export interface Budgets {
  /** How much of the budgets in these settings is used now; empty if none is set. Never rejects. */
  use(budget: Settings['budget']): Promise<BudgetUse[]>;
  /** Counts a request of this proxy. */
  add(ended: Pick<EndedRequest, 'attempts'>): void;
}

interface Used {
  dollars: number;
  tokens: number;
}

/** What is known of the current day. */
interface Known {
  day: Day;
  /** The days of the month before it. */
  before: Used;
  /** What others have written today, and up to which byte of the file that was read. */
  others: Used;
  offset: number;
}

const none: Used = { dollars: 0, tokens: 0 };

/** Bytes that are read at a time; what is left is read with the next request. */
const mostBytes = 64 * 1024 * 1024;

export interface BudgetsOptions extends LedgerPlaces {
  /** Identifies the lines of this proxy. */
  by: string;
  now?: () => Date;
}

export function openBudgets({ by, now = () => new Date(), ...places }: BudgetsOptions): Budgets {
  const own = new Map<Day, Used>();
  let known: Known | undefined;
  let reading: Promise<void> | undefined;

  async function use({ day, month }: Settings['budget']): Promise<BudgetUse[]> {
    const budgets = [
      { period: 'day', ...readBudgetAmount(day) } as const,
      { period: 'month', ...readBudgetAmount(month) } as const,
    ];
    if (budgets.every(({ amount }) => amount === undefined)) return [];
    await (reading ??= refresh().finally(() => (reading = undefined)));
    const time = now();
    const today = dayOf(time);
    const ofDay = plus(own.get(today) ?? none, known?.others ?? none);
    const used = { day: ofDay, month: plus(ofDay, known?.before ?? none) };
    const resets = { day: nextDay(today), month: nextMonth(today) };
    return budgets.flatMap(({ period, unit, amount }): BudgetUse[] =>
      unit === undefined || amount === undefined
        ? []
        : [
            {
              period,
              unit,
              amount,
              used: used[period][unit],
              resetsInMs: resets[period].getTime() - time.getTime(),
            },
          ],
    );
  }

  async function refresh(): Promise<void> {
    const today = dayOf(now());
    if (known?.day !== today) known = await begin(today);
    const file = join(places.dir, fileOf(today));
    try {
      const { text, end } = await readFrom(file, known.offset);
      const others = text
        .split('\n')
        .filter((line) => !line.includes(`"by":"${by}"`))
        .join('\n');
      known.others = plus(known.others, usedIn(totalOf(sumUp(Buffer.from(others), today).rows, '')));
      known.offset = end;
    } catch {
      // Nothing was recorded yet, or it cannot be read: this proxy counts on with what it knows.
    }
  }

  async function begin(today: Day): Promise<Known> {
    const first = `${monthOf(today)}-01`;
    const { groups } = await readLedger(places, first, shifted(today, -1), today, 'day');
    const read = usedIn(totalOf(groups, ''));
    const remembered = [...own].filter(([day]) => day >= first && day < today);
    const mine = remembered.map(([, used]) => used).reduce(plus, none);
    for (const day of own.keys()) if (day < first) own.delete(day);
    // Without a ledger, the days before are only in memory.
    const before = {
      dollars: Math.max(read.dollars, mine.dollars),
      tokens: Math.max(read.tokens, mine.tokens),
    };
    return { day: today, before, others: none, offset: 0 };
  }

  return {
    use,
    add({ attempts }) {
      const day = dayOf(now());
      const { dollars, tokens } = own.get(day) ?? none;
      const used = { dollars, tokens };
      for (const { spent } of attempts) {
        if (spent === undefined) continue;
        used.dollars += spent.cost ?? 0;
        used.tokens += inputOf(spent) + spent.output;
      }
      own.set(day, used);
    },
  };
}

function usedIn(sums: Sums): Used {
  return { dollars: sums.cost, tokens: inputOf(sums) + sums.output };
}

function plus(a: Used, b: Used): Used {
  return { dollars: a.dollars + b.dollars, tokens: a.tokens + b.tokens };
}

const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: nonBlocking = 0 } = constants as Partial<typeof constants>;

/** The whole lines from a byte on, and where they end. Rejects with the system's error, and for a file of somebody else. */
async function readFrom(file: string, offset: number): Promise<{ text: string; end: number }> {
  const handle: FileHandle = await open(file, constants.O_RDONLY | noFollow | nonBlocking);
  try {
    const found = await handle.stat();
    if (!found.isFile() || !isOwn(found)) throw new Error('not a file of this user');
    // Somebody has replaced the file: what was counted stays counted.
    if (found.size <= offset) return { text: '', end: offset };
    const buffer = Buffer.alloc(Math.min(found.size - offset, mostBytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const whole = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    return { text: buffer.toString('utf8', 0, whole), end: offset + whole };
  } finally {
    await handle.close();
  }
}
