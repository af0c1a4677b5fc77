/** Builds a commit in a temporary worktree, which is removed at the end. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atEnd } from './cleanup.ts';
import type { Subject } from './subject.ts';

/** A folder with a checkout is taken as it is; anything else is a commit of the repository in `repository`. */
export function checkOut(name: string, repository: string): Subject {
  const folder = resolve(name);
  if (existsSync(join(folder, 'package.json'))) return { name, root: folder };
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
  const commit = git('rev-parse', '--verify', `${name}^{commit}`);
  const root = mkdtempSync(join(tmpdir(), 'occ-bench-tree-'));
  atEnd(() => {
    rmSync(root, { recursive: true, force: true });
    git('worktree', 'prune');
  });
  git('worktree', 'add', '--quiet', '--force', '--detach', root, commit);
  build(root, repository);
  return { name, root };
}

function build(root: string, repository: string): void {
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (sameDependencies(root, repository)) {
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
    run(process.execPath, '.ci/build.mjs');
  } else {
    // Builds, too.
    run('npm', 'ci');
  }
}

function sameDependencies(root: string, repository: string): boolean {
  const lock = (folder: string) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  return existsSync(join(repository, 'node_modules')) && lock(root) === lock(repository);
}
