/** How to add a provider that the configuration does not have yet. Pure. */
import { knownProviders } from './known-providers.ts';
import { localServerFacts } from './local-server-kinds.ts';

/**
 * The commands that add it, one a line; a placeholder stands for the URL of a provider that occ does not know. `option` is
 * appended to each: ` --config FILE`.
 */
export function addProviderCommands(name: string, option = ''): string {
  // Other names would have to be quoted.
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return 'occ help config lists the keys of a provider';
  const known = knownProviders.find((provider) => provider.name === name);
  const local = Object.values(localServerFacts).find((facts) => facts.name.test(name));
  const url = known?.baseUrl ?? (local === undefined ? '<URL>' : `http://127.0.0.1:${local.port}/v1`);
  return [
    `occ config set providers.${name}.base_url ${url}${option}`,
    ...(known === undefined ? [] : [`occ config set providers.${name}.api_key --stdin${option}`]),
  ].join('\n');
}
