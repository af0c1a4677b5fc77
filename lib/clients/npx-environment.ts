/** What npx adds to the environment of a program it runs, taken away again before occ passes the environment on. */
import type { Environment } from './environment.ts';

/** About that one run of npm and the program it was asked for; npm sets most of them every time. */
const aboutTheRun: ReadonlySet<string> = new Set([
  'INIT_CWD',
  'COLOR',
  'NODE',
  'npm_command',
  'npm_execpath',
  'npm_node_execpath',
  'npm_package_json',
  'npm_lifecycle_event',
  'npm_lifecycle_script',
  // Read again by the npx that fetches the client: a call forbids every other word.
  'npm_config_call',
  'npm_config_package',
  'npm_config_workspace',
  'npm_config_workspaces',
  'npm_config_include_workspace_root',
  // A model's shell would answer yes to questions nobody has asked it.
  'npm_config_yes',
  'npm_config_allow_scripts',
  // nvm refuses to work where it stands.
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
 * The same environment where npx did not start occ. Where packages come from (registry, cache, certificates, proxies)
 * stays: a person who told npx that wants it for the client too. So does PATH, where other programs may find occ.
 */
export function withoutNpx(env: Environment): Environment {
  if (env['npm_lifecycle_event'] !== 'npx') return env;
  return Object.fromEntries(
    Object.entries(env).filter(
      // npm sets an empty list of exceptions, which would hide NO_PROXY from the next npm.
      ([name, value]) => !aboutTheRun.has(name) && !(name === 'npm_config_noproxy' && value === ''),
    ),
  );
}
