/** Removes the variables that npx adds to the environment of occ, before occ passes the environment on. */
import type { Environment } from './environment.ts';

/** Variables that describe the npx run itself. */
const npxVariables: ReadonlySet<string> = new Set([
  'INIT_CWD',
  'COLOR',
  'NODE',
  'npm_command',
  'npm_execpath',
  'npm_node_execpath',
  'npm_package_json',
  'npm_lifecycle_event',
  'npm_lifecycle_script',
  // The npx that fetches the client would read these; with npm_config_call it rejects any arguments.
  'npm_config_call',
  'npm_config_package',
  'npm_config_workspace',
  'npm_config_workspaces',
  'npm_config_include_workspace_root',
  // In a shell of the model, npm would confirm everything.
  'npm_config_yes',
  'npm_config_allow_scripts',
  // nvm refuses to work if this is set.
  'npm_config_prefix',
  'npm_config_global_prefix',
  'npm_config_local_prefix',
  'npm_config_globalconfig',
  'npm_config_global_ignore_file',
  'npm_config_init_module',
  'npm_config_node_gyp',
  'npm_config_npm_version',
  'npm_config_user_agent',
]);

/**
 * Returns the environment unchanged if npx did not start occ. Settings that tell where packages come from (registry,
 * cache, certificates, proxies) are kept, because they apply to fetching the client too. So is PATH, for programs that
 * run occ.
 */
export function withoutNpx(env: Environment): Environment {
  if (env['npm_lifecycle_event'] !== 'npx') return env;
  return Object.fromEntries(
    Object.entries(env).filter(
      // npm sets it to an empty list, which would override NO_PROXY in the next npm.
      ([name, value]) => !npxVariables.has(name) && !(name === 'npm_config_noproxy' && value === ''),
    ),
  );
}
