/** The totals of the ledger are those of the emulator, over 10,000 mixed exchanges. */
import { test } from 'node:test';
import { mixedExchanges } from './mixed.ts';

test('10,000 exchanges of every kind are recorded to the token and the cent', (t) =>
  mixedExchanges(t, 10_000, 2));
