/** Qwen Code. What it needs for a launch is in `qwen-launch.ts`. */
import { automaticId } from '../proxy/policy/tiers.ts';
import type { Client } from './client.ts';
import { containsOption, operandsOf, type OptionTable } from './option-table.ts';

/** From `qwen --help`. */
const options: OptionTable = {
  valued: new Set([
    '--add-dir',
    '--allowed-mcp-server-names',
    '--allowed-tools',
    '--append-system-prompt',
    '--approval-mode',
    '--auth-type',
    '--channel',
    '--core-tools',
    '--disabled-slash-commands',
    '--exclude-tools',
    '--extensions',
    '-e',
    '--fallback-model',
    '--include-directories',
    '--input-file',
    '--input-format',
    '--json-fd',
    '--json-file',
    '--json-schema',
    '--max-session-turns',
    '--max-subagent-depth',
    '--max-tool-calls',
    '--max-wall-time',
    '--mcp-config',
    '--openai-api-key',
    '--openai-base-url',
    '--openai-logging-dir',
    '--output-format',
    '-o',
    '--output-style',
    '--prompt',
    '-p',
    '--prompt-interactive',
    '-i',
    '--proxy',
    '--sandbox-image',
    '--session-id',
    '--system-prompt',
    '--telemetry-otlp-endpoint',
    '--telemetry-otlp-protocol',
    '--telemetry-outfile',
    '--telemetry-target',
  ]),
  others: new Set([
    '--acp',
    '--bare',
    '--chat-recording',
    '--continue',
    '--debug',
    '-d',
    '--experimental-lsp',
    '--fork-session',
    '--include-partial-messages',
    '--insecure',
    '--list-extensions',
    '-l',
    '--openai-logging',
    '--restore-ask-user-question',
    '--resume',
    '-r',
    '--safe-mode',
    '--sandbox',
    '-s',
    '--screen-reader',
    '--telemetry',
    '--telemetry-log-prompts',
    '--version',
    '-v',
    '--worktree',
    '--yolo',
    '-y',
  ]),
};

/** The commands that have no conversation. They accept no options of one. */
const commands = new Set(
  'auth board channel extensions hooks mcp review sandbox serve sessions update'.split(' '),
);

export const qwen: Client = {
  name: 'qwen',
  package: {
    title: 'Qwen Code',
    name: '@qwen-code/qwen-code',
    versions: '~0.24.4',
    megabytes: 155,
    program: 'qwen',
  },
  format: 'messages',
  options,
  automatic: automaticId,
  credentials: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
  // A prompt without -i is answered, and then it ends.
  isInteractive: (args) =>
    containsOption(options, args, ['-i', '--prompt-interactive']) ||
    (operandsOf(options, args).length === 0 && !containsOption(options, args, ['-p', '--prompt', '--acp'])),
  async begin(launch) {
    const { prepareQwen } = await import('./qwen-launch.ts');
    const hasConversation = !commands.has(launch.args[0] ?? '');
    return { prepare: (ready) => prepareQwen(launch, ready, options, hasConversation) };
  },
};
