/**
 * Lists the options of Claude Code that require a value, so that the value is not taken for an option of occ. From
 * `claude --help` of 2.1.330, and hidden options that are documented elsewhere. Options with an optional value
 * (`--resume [id]`) are not listed, because the client accepts no value with a leading dash for them.
 */
const options = new Set([
  '--add-dir',
  '--agent',
  '--agents',
  '--allowedTools',
  '--allowed-tools',
  '--append-system-prompt',
  '--append-system-prompt-file',
  '--autocompact',
  '--betas',
  '--debug-file',
  '--disallowedTools',
  '--disallowed-tools',
  '--effort',
  '--environment',
  '--fallback-model',
  '--file',
  '--input-format',
  '--json-schema',
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
  '--plugin-dir',
  '--plugin-url',
  '--remote-control-session-name-prefix',
  '--resume-session-at',
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

/** True if the next argument is the value of this option. `--name=x` contains its value. */
export function takesValue(word: string): boolean {
  return options.has(word);
}
