/**
 * Plants every fault of the table for real, and compares what the compiled `occ doctor` says with `matrix.md`.
 * `UPDATE_GOLDEN=1 node test/run.mjs doctor/faults/matrix` writes that page again.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { hasOpenssl } from '../../support/certificates.ts';
import { matchesGolden } from '../../support/golden.ts';
import { client } from './client.ts';
import { configuration } from './configuration.ts';
import type { Fault } from './fault.ts';
import { network } from './network.ts';
import { pageOf, type Row } from './page.ts';
import { providers } from './provider.ts';
import { bedFor, complaints, judge } from './run-fault.ts';
import { setUps } from './set-ups.ts';

const page = fileURLToPath(new URL('matrix.md', import.meta.url));
const areas: Readonly<Record<string, readonly Fault[]>> = {
  'Configuration and keys': configuration,
  Network: network,
  Providers: providers,
  'Claude Code, Node and this machine': client,
};

const faults = Object.entries(areas).flatMap(([area, all]) => all.map((fault) => ({ area, fault })));
const rows = new Map<Fault, Row>();
const needsOpenssl = /authority|certificate|company proxy|wants TLS|login page answers/i;
const withoutOpenssl = (text: string): string =>
  !hasOpenssl && needsOpenssl.test(text) ? ' (not run: no openssl)' : '';
/** Each program waits for its servers most of the time. */
const concurrency = availableParallelism() + 1;

describe('planted faults', { concurrency }, () => {
  for (const { area, fault } of faults)
    test(fault.broken + withoutOpenssl(fault.broken), async (t) => {
      if (withoutOpenssl(fault.broken) !== '') return;
      const { cure, verdict } = await judge(t, fault);
      if (verdict.kind === 'busy') t.diagnostic('not judged: other programs keep this machine busy');
      const wrong = verdict.kind === 'wrong' ? verdict.why : undefined;
      rows.set(fault, { area, fault, cure, ...(wrong !== undefined && { wrong }) });
      assert.equal(wrong, undefined);
    });
});

describe('healthy set-ups', { concurrency }, () => {
  for (const { name, prepare } of setUps)
    test(name + withoutOpenssl(name), async (t) => {
      if (withoutOpenssl(name) !== '') return;
      const bed = bedFor(t);
      await prepare(bed);
      assert.deepEqual(await complaints(bed), []);
    });
});

test(`matrix.md is what was found${hasOpenssl ? '' : ' (not run: no openssl)'}`, () => {
  if (!hasOpenssl) return;
  const found = faults.flatMap(({ fault }) => rows.get(fault) ?? []);
  assert.ok(found.length >= 40 && setUps.length >= 10);
  matchesGolden(
    page,
    pageOf(
      found,
      setUps.map(({ name }) => name),
    ),
  );
});
