/**
 * Saves what both sides sent, with times, for findings that are failures or warnings: one private file per finding, without
 * secrets and limited in size. The prompts in it are doctor's own.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDirectory, writeRuntimeFile } from '../config/paths.ts';
import type { Finding } from './check.ts';
import type { RecordedExchange } from './bench/recorded-exchange.ts';
import type { Chunk, RecordedResponse } from './bench/recorded-response.ts';

/** The number of files kept, newest first. */
const maxFiles = 60;
/** Characters in one file. */
const maxLength = 256 * 1024;

/** Returns the path of the file; undefined if it could not be written, which does not affect the finding. */
export function saveEvidence(
  stateDir: string,
  finding: Finding,
  exchanges: readonly RecordedExchange[],
  redact: (text: string) => string,
): string | undefined {
  const directory = join(stateDir, 'doctor');
  const name = [finding.code, finding.subject].filter((part) => part !== undefined).join('.');
  const file = join(directory, `${name.replace(/[^\w.-]+/g, '_').slice(0, 120)}.txt`);
  try {
    makePrivateDirectory(directory);
    writeRuntimeFile(file, redact(renderExchanges(finding, exchanges)));
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
  for (const { file } of files.slice(maxFiles)) rmSync(file, { force: true });
}

function renderExchanges(finding: Finding, exchanges: readonly RecordedExchange[]): string {
  const head = [
    `occ doctor: ${finding.code}${finding.subject === undefined ? '' : ` of ${finding.subject}`}`,
    `${new Date().toISOString()}  ${finding.level}: ${finding.summary}`,
    ...(finding.fault === undefined ? [] : [`at fault: ${finding.fault}`]),
    'Times are milliseconds since the request. > is the request, < the response.',
  ];
  // The last exchange is the one that failed, so it comes first and is not truncated.
  const parts = [...exchanges].reverse().map(renderExchange);
  const text = [...head, ...parts].join('\n');
  return text.length <= maxLength ? `${text}\n` : `${text.slice(0, maxLength)}\n… truncated\n`;
}

function renderExchange({ request, upstream, client, disconnectedMs }: RecordedExchange): string {
  return [
    '',
    '=== client and occ ===',
    `> ${JSON.stringify(request)}`,
    ...renderResponse(client),
    ...(disconnectedMs === undefined ? [] : [`${stamp(disconnectedMs)} the client disconnected, on purpose`]),
    ...upstream.flatMap((side, i) => [
      '',
      `=== occ and upstream, request ${i + 1} ===`,
      `${stamp(side.sentMs)} > POST ${side.url}`,
      ...renderResponse(side),
    ]),
  ].join('\n');
}

/** Response headers that identify the server and explain its answer. */
const relevantHeaders =
  /^(?:content-type|server|date|via|retry-after|cf-ray|request-id|x-request-id|x-occ-.*)$/;

const endings = {
  complete: 'the body ended',
  broken: 'the connection broke',
  aborted: 'the request was aborted',
} as const satisfies Record<RecordedResponse['ended'], string>;

function renderResponse({ status, headers, chunks, ended, reason, endedMs }: RecordedResponse): string[] {
  const relevant = Object.entries(headers).filter(([name]) => relevantHeaders.test(name));
  return [
    `< status ${status ?? 'none'}${relevant.map(([name, value]) => `, ${name}: ${value}`).join('')}`,
    ...chunks.map(renderChunk),
    `${stamp(endedMs)} ${endings[ended]}${reason === undefined ? '' : ` (${reason})`}`,
  ];
}

function renderChunk({ atMs, bytes }: Chunk): string {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.map((line, i) => `${i === 0 ? stamp(atMs) : ' '.repeat(9)} < ${line}`).join('\n');
}

function stamp(ms: number): string {
  return ms.toFixed(1).padStart(9);
}
