/** Creates a home directory for a test and loads a configuration in it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { ConfigError } from '../../lib/config/config-error.ts';
import type { Problem } from '../../lib/config/settings.ts';
import { loadSettings, type LoadedSettings, type LoadOptions } from '../../lib/config/load.ts';

export function scratchHome(t: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'occ-config-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export function put(file: string, content: unknown): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** Loads `content` as ~/.config/occ/config.json, without the variables of the real environment except PATH. */
export async function load(
  t: TestContext,
  content?: unknown,
  options: Partial<LoadOptions> = {},
): Promise<LoadedSettings> {
  const home = scratchHome(t);
  if (content !== undefined) put(join(home, '.config/occ/config.json'), content);
  const env = { ...(process.env['PATH'] && { PATH: process.env['PATH'] }), ...options.env };
  return await loadSettings({ ...options, env, home });
}

/** The problems of an invalid configuration. */
export async function refusal(
  t: TestContext,
  content: unknown,
  options: Partial<LoadOptions> = {},
): Promise<readonly Problem[]> {
  try {
    await load(t, content, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The smallest file that loads without warnings. */
export const minimal = { models: { default: { provider: 'opencode-go', model_id: 'deepseek-v4-pro' } } };
