/** `occ config path | check | show`: where the configuration is, whether it is right, and what holds. */
import type { Command } from 'commander';
import { exitCodes } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { outputOf, type GlobalOptions, type World } from './world.ts';

interface ConfigOptions extends GlobalOptions {
  config?: string;
}

export function defineConfig(
  program: Command,
  world: World,
  globals: (own: GlobalOptions) => GlobalOptions,
  end: (code: number) => void,
): void {
  const config = program
    .command('config')
    .summary('path, check, show: the configuration in force')
    .description('Looks at the configuration.');
  const define = (name: string, summary: string, answer: typeof path): void => {
    config
      .command(name)
      .description(summary)
      .option('-c, --config <file>', 'another configuration file')
      .option('--json', 'answer in JSON')
      .action(async (options: ConfigOptions) => {
        end(await answer(options, world, await outputOf(world, globals(options))));
      });
  };
  define('path', 'prints which file is read', path);
  define('check', 'says what is wrong or odd in it', check);
  define('show', 'prints every value that holds, and where it comes from', show);
}

async function path({ config }: ConfigOptions, world: World, output: Output): Promise<number> {
  const { findConfigFile, findPlaces } = await import('../config/paths.ts');
  const { env, home } = world;
  const found = findConfigFile({ env, home, configFile: config });
  const file = found?.file ?? findPlaces({ env, home }).configFile;
  if (output.json) output.answerJson({ path: file, exists: found !== undefined });
  else output.answer(file);
  if (found === undefined) output.say('occ: there is no such file yet; the defaults hold');
  return exitCodes.ok;
}

async function check({ config }: ConfigOptions, world: World, output: Output): Promise<number> {
  const { loadSettings } = await import('../config/settings.ts');
  const { settings, source } = await loadSettings({ env: world.env, configFile: config, runCommands: false });
  const keyless = Object.values(settings.providers).flatMap(({ name, missingKey }) =>
    missingKey === undefined || !named(name) ? [] : [{ path: name, message: missingKey }],
  );
  const problems = [...settings.warnings, ...keyless];
  if (output.json) {
    output.answerJson({ valid: true, path: source?.file ?? null, warnings: problems });
    return exitCodes.ok;
  }
  for (const { path, message } of problems) output.answer(`${output.style.warning('!')} ${path}: ${message}`);
  const verdict = keyless.length > 0 ? 'valid, but not ready: a key is missing' : 'valid';
  output.answer(`${output.style.good('✓')} ${source?.file ?? 'the defaults (there is no file)'}: ${verdict}`);
  return exitCodes.ok;

  function named(provider: string): boolean {
    return [...Object.values(settings.models), ...Object.values(settings.fallbacks).flat()].some(
      (entry) => entry.provider === provider,
    );
  }
}

async function show({ config }: ConfigOptions, world: World, output: Output): Promise<number> {
  const { loadSettings } = await import('../config/settings.ts');
  const { values, origins, source } = await loadSettings({
    env: world.env,
    configFile: config,
    runCommands: false,
  });
  if (output.json) {
    const entries = Object.entries(values).map(([path, value]) => ({
      path,
      value,
      origin: origins[path] ?? 'default',
    }));
    output.answerJson({ path: source?.file ?? null, values: entries });
    return exitCodes.ok;
  }
  for (const [path, value] of Object.entries(values)) {
    output.answer(
      `${path} = ${JSON.stringify(value)}  ${output.style.dim(`(${origins[path] ?? 'default'})`)}`,
    );
  }
  return exitCodes.ok;
}
