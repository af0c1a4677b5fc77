/**
 * The options of Claude Code, so that neither they nor their values are taken for options of occ. From `claude --help` of
 * 2.1.332 and the hidden options that this version accepts.
 */
import { containsOption, type OptionTable } from './option-table.ts';

/** Options that require a value. Those with an optional value (`--resume [id]`) accept none with a leading dash. */
const valued = new Set([
  '--add-dir',
  '--advisor',
  '--agent',
  '--agents',
  '--allowedTools',
  '--allowed-tools',
  '--append-subagent-system-prompt',
  '--append-subagent-system-prompt-file',
  '--append-system-prompt',
  '--append-system-prompt-file',
  '--autocompact',
  '--betas',
  '--channels',
  '--debug-file',
  '--disallowedTools',
  '--disallowed-tools',
  '--effort',
  '--environment',
  '--fallback-model',
  '--fast-mode',
  '--file',
  '--input-format',
  '--json-schema',
  '--managed-settings',
  '--max-budget-usd',
  '--max-thinking-tokens',
  '--max-turns',
  '--mcp-config',
  '--name',
  '-n',
  '--output-format',
  '--permission-mode',
  '--permission-prompt-tool',
  '--permission-prompts',
  '--plan-mode-instructions',
  '--plugin-dir',
  '--plugin-dir-no-mcp',
  '--plugin-url',
  '--prefill',
  '--remote-control-session-name-prefix',
  '--resume-session-at',
  '--rewind-files',
  '--sdk-url',
  '--session-id',
  '--setting-sources',
  '--settings',
  '--system-prompt',
  '--system-prompt-file',
  '--system-prompt-snapshot',
  '--task-budget',
  '--teammate-mode',
  '--thinking',
  '--thinking-display',
  '--tools',
]);

/** Options without a value, or with an optional one. */
const others = new Set([
  '--allow-dangerously-skip-permissions',
  '--ax-screen-reader',
  '--background',
  '--bare',
  '--bg',
  '--brief',
  '--chrome',
  '--cloud',
  '--continue',
  '--cowork',
  '--dangerously-skip-permissions',
  '--debug',
  '--desktop',
  '--disable-slash-commands',
  '--enable-auto-mode',
  '--exclude-dynamic-system-prompt-sections',
  '--fork-session',
  '--forward-subagent-text',
  '--from-pr',
  '--ide',
  '--include-hook-events',
  '--include-partial-messages',
  '--init',
  '--init-only',
  '--json',
  '--maintenance',
  '--no-chrome',
  '--no-session-persistence',
  '--print',
  '--prompt-suggestions',
  '--rc',
  '--remote',
  '--remote-control',
  '--replay-user-messages',
  '--restricted',
  '--resume',
  '--safe-mode',
  '--strict-mcp-config',
  '--teleport',
  '--tmux',
  '--verbose',
  '--version',
  '--worktree',
]);

export const claudeOptions: OptionTable = { valued, others };

/**
 * The values of `claude --model` in 2.1.332 that are not tiers. The client resolves each to the id of a tier: `opusplan` to
 * opus while it plans, and otherwise to sonnet; `best` to opus. `default` is a scenario of occ.
 */
export const claudeAliases: ReadonlySet<string> = new Set(['opusplan', 'best']);

/** True if the next argument is the value of this option. `--name=x` contains its value. */
export function takesValue(word: string): boolean {
  return valued.has(word);
}

/** True if the client's arguments contain one of these options, and not as the value of another. */
export function hasOption(args: readonly string[], names: readonly string[]): boolean {
  return containsOption(claudeOptions, args, names);
}
