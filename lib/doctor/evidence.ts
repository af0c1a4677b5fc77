/**
 * Keeps what both sides sent, with times, for the findings that did not end well: one file for each, for its owner alone,
 * without secrets, few and small. Prompts in it are doctor's own.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory, writePrivateFile } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { secretsOf } from '../proxy/secrets.ts';
import type { Finding } from './check.ts';
import type { Answered, Exchange, Piece } from './bench/recorded-exchange.ts';

/** Files that are kept, the latest ones. */
const mostFiles = 60;
/** Characters of one file. */
const longest = 256 * 1024;

/** The path of the file; undefined where it could not be written, which makes the finding no less true. */
export function keepEvidence(
  stateDir: string,
  finding: Finding,
  exchanges: readonly Exchange[],
  clean: (text: string) => string,
): string | undefined {
  const directory = join(stateDir, 'doctor');
  const name = [finding.code, finding.subject].filter((part) => part !== undefined).join('.');
  const file = join(directory, `${name.replace(/[^\w.-]+/g, '_').slice(0, 120)}.txt`);
  try {
    makePrivateDirectory(directory);
    writePrivateFile(file, clean(renderExchanges(finding, exchanges)));
    removeOldest(directory);
    return file;
  } catch {
    return undefined;
  }
}

function removeOldest(directory: string): void {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((file) => ({ file, at: statSync(file).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { file } of files.slice(mostFiles)) rmSync(file, { force: true });
}

/** Every key, token and secret header of the settings as •••. */
export function cleaner({ providers, authToken }: Settings): (text: string) => string {
  const secrets = Object.values(providers).flatMap(({ keys, headers }) =>
    secretsOf(undefined, headers).concat(keys.flatMap((key) => secretsOf(key.reveal(), {}))),
  );
  if (authToken !== undefined) secrets.push(authToken.reveal());
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '•••'), text);
}

function renderExchanges(finding: Finding, exchanges: readonly Exchange[]): string {
  const head = [
    `occ doctor: ${finding.code}${finding.subject === undefined ? '' : ` of ${finding.subject}`}`,
    `${new Date().toISOString()}  ${finding.level}: ${finding.summary}`,
    ...(finding.fault === undefined ? [] : [`at fault: ${finding.fault}`]),
    'Times are milliseconds since the request. > is what was asked, < what came back.',
  ];
  // The last exchange is the one that went wrong; the earlier ones come after it and may be cut off.
  const parts = [...exchanges].reverse().map(renderExchange);
  const text = [...head, ...parts].join('\n');
  return text.length <= longest ? `${text}\n` : `${text.slice(0, longest)}\n… cut off here\n`;
}

function renderExchange({ request, upstream, client, leftMs }: Exchange): string {
  return [
    '',
    '=== client and occ ===',
    `> ${JSON.stringify(request)}`,
    ...renderAnswer(client),
    ...(leftMs === undefined ? [] : [`${stamp(leftMs)} the client left, on purpose`]),
    ...upstream.flatMap((side, i) => [
      '',
      `=== occ and upstream, request ${i + 1} ===`,
      `${stamp(side.askedMs)} > POST ${side.url}`,
      ...renderAnswer(side),
    ]),
  ].join('\n');
}

/** Headers that tell who answered and how. */
const tellingHeaders =
  /^(?:content-type|server|date|via|retry-after|cf-ray|request-id|x-request-id|x-occ-.*)$/;

function renderAnswer({ status, headers, pieces, ended, reason, endedMs }: Answered): string[] {
  const named = Object.entries(headers).filter(([name]) => tellingHeaders.test(name));
  return [
    `< status ${status ?? 'none'}${named.map(([name, value]) => `, ${name}: ${value}`).join('')}`,
    ...pieces.map(renderPiece),
    `${stamp(endedMs)} ${{ whole: 'the body ended', broken: 'the connection broke', left: 'it was left' }[ended]}${reason === undefined ? '' : ` (${reason})`}`,
  ];
}

function renderPiece({ atMs, bytes }: Piece): string {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.map((line, i) => `${i === 0 ? stamp(atMs) : ' '.repeat(9)} < ${line}`).join('\n');
}

function stamp(ms: number): string {
  return ms.toFixed(1).padStart(9);
}
