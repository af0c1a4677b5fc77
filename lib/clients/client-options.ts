/**
 * The options of Claude Code that always take a value, so that the word after one of them is never mistaken for ours.
 * From `claude --help` of 2.1.330 and the hidden options that are documented elsewhere. Options whose value is optional
 * (`--resume [id]`) are not here: the client itself takes no value that begins with a dash for them.
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

/** True when the next word is this option's value, whatever it looks like. `--name=x` carries its own. */
export function takesValue(word: string): boolean {
  return options.has(word);
}
