/** The seven clients of `occ launch`, as a test runs each of them to its end: one prompt, no questions, and the answer printed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clients } from '../../lib/clients/clients.ts';
import { claude } from '../../lib/clients/claude-client.ts';
import type { Client } from '../../lib/clients/client.ts';
import { readManifest, versionAt } from '../../lib/clients/find.ts';
import { occ, realClaude, run, type Ran, type Sandbox } from './client.ts';
import { fetched, nodeFor } from './fetched.ts';
import { environmentFor } from './other-client.ts';
import { openTerminal, type Terminal } from './terminal.ts';

export interface Agent {
  client: Client;
  program: string;
  /** Why it cannot run here, for the name of its tests; "" if it can. */
  why: string;
  version: string;
}

/** The arguments with which each answers a prompt and ends, without asking before it uses a tool. */
const printing: Readonly<Record<string, (prompt: string) => readonly string[]>> = {
  claude: (prompt) => ['-p', prompt, '--permission-mode', 'acceptEdits'],
  codex: (prompt) => ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt],
  gemini: (prompt) => ['--skip-trust', '--yolo', '-p', prompt],
  opencode: (prompt) => ['run', '--auto', prompt],
  pi: (prompt) => ['-p', prompt],
  copilot: (prompt) => ['--allow-all-tools', '-p', prompt],
  qwen: (prompt) => ['--yolo', '-p', prompt],
};

/** In the order of the help. A client that is added to `occ launch` without arguments here fails every test that uses it. */
export const agents: readonly Agent[] = await Promise.all(clients.map(agentOf));

async function agentOf(client: Client): Promise<Agent> {
  const { program = '', why } =
    client === claude ? { program: await realClaude(), why: '' } : fetched(client);
  const version = versionAt(client.package, program) ?? packageVersion(program);
  return { client, program, why, version };
}

/** The version of the nearest package around a native program, which has the number of the client; "" if there is none. */
function packageVersion(program: string): string {
  const folders = [dirname(program), dirname(dirname(program))];
  return folders.map((folder) => readManifest(join(folder, 'package.json')).version).find(Boolean) ?? '';
}

/** A stand-in for the program of a client, which runs it and stays until it is released. */
export interface Watched {
  /** The folder with the stand-in, for PATH. */
  folder: string;
  /** Written when the client has ended: its exit code, and the time in milliseconds since 1970. */
  left: string;
  /** The stand-in ends when this file exists, with the exit code of the client. */
  release: string;
}

/**
 * Writes the stand-in. With it, a test can tell what happened because the client left from what happened because
 * `occ launch` ended.
 */
export function watch({ client, program }: Agent, { home }: Sandbox): Watched {
  const folder = join(home, 'watched');
  mkdirSync(folder);
  const left = join(folder, 'left');
  const release = join(folder, 'release');
  const file = join(folder, client.package.program);
  // `trap :` keeps the shell alive at Ctrl-C, and gives its child the usual signals.
  const lines = [
    '#!/bin/bash',
    'trap : INT',
    `'${program}' "$@"`,
    'code=$?',
    `echo "$code $(date +%s%3N)" > '${left}.new' && mv '${left}.new' '${left}'`,
    `for _ in $(seq 1200); do [ -e '${release}' ] && exit $code; sleep 0.05; done`,
    'exit $code',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return { folder, left, release };
}

function environmentOf(
  { client, program }: Agent,
  box: Sandbox,
  first: readonly string[] = [],
): Record<string, string> {
  const own = environmentFor(program, box);
  if (client.name === 'gemini') dontReport(box);
  return { ...box.env, ...own, PATH: [...first, nodeFor(program).folder, own['PATH']].join(':') };
}

/** Settings of a user of Gemini CLI who wants no reports sent and no updates. */
function dontReport({ home }: Sandbox): void {
  const folder = join(home, '.gemini');
  mkdirSync(folder, { recursive: true });
  const settings = { privacy: { usageStatisticsEnabled: false }, general: { enableAutoUpdate: false } };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
}

interface Additions {
  /** Folders that come first on PATH. */
  first?: readonly string[];
  /** Arguments of the client before those with the prompt. */
  args?: readonly string[];
}

function wordsFor(
  { client }: Agent,
  box: Sandbox,
  config: object,
  prompt: string,
  { args = [] }: Additions,
): string[] {
  const own = printing[client.name]?.(prompt) ?? [];
  return [occ, 'launch', client.name, '--config', box.configure(config), '--', ...args, ...own];
}

/** Runs `occ launch <client>` to its end. */
export function print(
  agent: Agent,
  box: Sandbox,
  config: object,
  prompt: string,
  more: Additions = {},
): Promise<Ran> {
  const words = wordsFor(agent, box, config, prompt, more);
  return run(process.execPath, words, { cwd: box.work, env: environmentOf(agent, box, more.first) });
}

/** Starts `occ launch <client>` in a process group of its own, as a shell does, so that a test can press Ctrl-C. */
export function startGroup(
  agent: Agent,
  box: Sandbox,
  config: object,
  prompt: string,
  more: Additions = {},
): ChildProcess {
  const words = wordsFor(agent, box, config, prompt, more);
  const env = environmentOf(agent, box, more.first);
  return spawn(process.execPath, words, { cwd: box.work, env, detached: true, stdio: 'ignore' });
}

/** Opens `occ launch <client>` in a terminal, with these arguments of the client. */
export function openScreen(
  agent: Agent,
  box: Sandbox,
  config: object,
  args: readonly string[],
): Promise<Terminal> {
  const words = [occ, 'launch', agent.client.name, '--config', box.configure(config), '--', ...args];
  return openTerminal([process.execPath, ...words], { cwd: box.work, env: environmentOf(agent, box) });
}
