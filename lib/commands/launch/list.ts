/** `occ launch --list`: the clients, and where each is installed. Runs none of them. */
import type { Client } from '../../clients/client.ts';
import { clients } from '../../clients/clients.ts';
import { findClient, installCommand, versionAt } from '../../clients/find.ts';
import { findCached, npmCache } from '../../clients/npx-cache.ts';
import { exitCodes } from '../../errors.ts';
import { printableLine } from '../../printable.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { withTilde } from '../../tilde.ts';

interface Listed {
  name: string;
  title: string;
  /** The format of its requests. */
  format: string;
  /** The tested versions. */
  tested: string;
  /** `installed`: on PATH. `fetched`: npx has fetched it. `missing`: `occ launch` can fetch it. */
  state: 'installed' | 'fetched' | 'missing';
  /** Null where its files do not tell. */
  version: string | null;
  path: string | null;
  install: string;
}

export function listClients(system: System, output: Output): number {
  const listed = clients.map((client) => look(client, system));
  if (output.json) output.printJson({ clients: listed });
  else for (const line of renderClients(listed, system.home)) output.print(line);
  return exitCodes.ok;
}

function look({ name, format, package: wanted }: Client, { env, home }: System): Listed {
  const found = findClient(wanted, env, home);
  const cached = found.kind === 'program' ? undefined : findCached(wanted, npmCache(env, home));
  const path = found.kind === 'program' ? found.command : (cached ?? null);
  return {
    name,
    title: wanted.title,
    format,
    tested: wanted.versions,
    state: path === null ? 'missing' : cached === undefined ? 'installed' : 'fetched',
    version: path === null ? null : (versionAt(wanted, path) ?? null),
    path,
    install: installCommand(wanted),
  };
}

function renderClients(listed: readonly Listed[], home: string): string[] {
  const width = (text: (one: Listed) => string): number => Math.max(...listed.map((one) => text(one).length));
  const names = width(({ name }) => name);
  const titles = width(({ title }) => title);
  return listed.map((one) =>
    `${one.name.padEnd(names)}  ${one.title.padEnd(titles)}  ${describe(one, home)}`.trimEnd(),
  );
}

function describe({ state, version, path, tested }: Listed, home: string): string {
  if (path === null) return `not installed; npx can fetch ${tested}`;
  const where = state === 'fetched' ? 'fetched by npx' : printableLine(withTilde(path, home));
  return `${version ?? 'installed'} (${where}), tested with ${tested}`;
}
