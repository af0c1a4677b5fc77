/** The totals of the ledger are those of the emulator, over 500 mixed exchanges; `totals.long.ts` runs 10,000. */
import { test } from 'node:test';
import { mixedExchanges } from './mixed.ts';

test('500 exchanges of every kind are recorded to the token and the cent', (t) => mixedExchanges(t, 500, 1));
