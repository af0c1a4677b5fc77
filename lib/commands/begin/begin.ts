/**
 * `occ` alone on a terminal, before anything is configured: offers the ways to begin, with the keys and the local servers
 * that it found, and returns the command that the user chose.
 */
import { keysIn, type FoundKey } from '../../catalog/known-providers.ts';
import { findLocalServers, localPorts, type LocalServer } from '../../catalog/local-servers.ts';
import { findConfigFile } from '../../config/paths.ts';
import { outputFor, type System } from '../../terminal/command-context.ts';
import { count } from '../../terminal/figures.ts';
import { canAsk, openPrompts } from '../../terminal/prompts.ts';
import { widthOf } from '../../terminal/width.ts';
import { wrap } from '../../terminal/wrap.ts';

export interface Way {
  label: string;
  /** Arguments of `occ`. */
  command: readonly string[];
}

const help: Way = { label: 'Print the help', command: ['--help'] };

/** False where there is a configuration, or no terminal to ask on. */
export function mayBegin(system: System): boolean {
  const { env, home, stdout } = system;
  const person = canAsk(system) && widthOf(stdout) !== undefined;
  return person && findConfigFile({ env, home }) === undefined;
}

/**
 * Resolves to the arguments of the chosen command. Rejects with an OccError `interrupted` (exit code 130) if the user
 * leaves. `ports` are those of local servers.
 */
export async function begin(system: System, ports = localPorts(system.env)): Promise<string[]> {
  const output = await outputFor(system, {});
  const ways = waysToBegin(keysIn(system.env), await findLocalServers(ports));
  const say = (text: string): void => {
    for (const line of wrap(text, widthOf(system.stderr) ?? Infinity)) output.info(line);
  };
  say('occ runs Claude Code on the models you choose. Nothing is configured yet.');
  const choices = ways.map(({ label }, index) => ({ value: String(index + 1), label }));
  const chosen = await openPrompts(system, output, 'nothing was changed').press('How do you want to begin?', [
    ...choices,
    { value: 'h', label: help.label },
  ]);
  const { command } = ways[Number(chosen) - 1] ?? help;
  say(output.stderrStyle.dim(`$ occ ${command.join(' ')}`));
  return [...command];
}

/** At most nine, one for each digit: the trial run, the keys, the local servers. */
export function waysToBegin(keys: readonly FoundKey[], servers: readonly LocalServer[]): Way[] {
  const init = ['config', 'init'];
  return [
    { label: 'Try it now: no key, no network, a simulated model', command: ['launch', '--emulator'] },
    ...keys.map(({ variable, providers }) => ({
      label: `Use the key in ${variable} for ${providers.map(({ title }) => title).join(' or ')}`,
      command: [...init, ...onlyProvider(providers), '--key-env', variable],
    })),
    { label: keys.length > 0 ? 'Use another provider' : 'Set up a provider with your key', command: init },
    ...servers.map(({ kind, title, baseUrl, models }) => ({
      label: `Use ${title} on this computer (${count(models.length, 'model')})`,
      command: [...init, '--provider', kind, '--base-url', baseUrl],
    })),
    ...(servers.length > 0 ? [] : [noServer]),
  ].slice(0, 9);
}

/** With several, `occ config init` asks which. */
function onlyProvider([first, ...others]: FoundKey['providers']): string[] {
  return first === undefined || others.length > 0 ? [] : ['--provider', first.name];
}

const noServer: Way = {
  label: 'Use a local server (found no Ollama, LM Studio, vLLM or llama.cpp)',
  command: ['config', 'init', '--provider', 'other'],
};
