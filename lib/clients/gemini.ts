/** Google's Gemini CLI. What it needs for a launch is in `gemini-launch.ts`. */
import { automaticId } from '../proxy/policy/tiers.ts';
import type { Client } from './client.ts';
import { containsOption, type OptionTable } from './option-table.ts';

/** From `gemini --help`. */
const options: OptionTable = {
  valued: new Set([
    '--admin-policy',
    '--allowed-mcp-server-names',
    '--allowed-tools',
    '--approval-mode',
    '--delete-session',
    '--extensions',
    '-e',
    '--include-directories',
    '--output-format',
    '-o',
    '--policy',
    '--prompt',
    '-p',
    '--prompt-interactive',
    '-i',
    '--session-file',
    '--session-id',
  ]),
  others: new Set([
    '--accept-raw-output-risk',
    '--acp',
    '--debug',
    '-d',
    '--experimental-acp',
    '--list-extensions',
    '-l',
    '--list-sessions',
    '--raw-output',
    '--resume',
    '-r',
    '--sandbox',
    '-s',
    '--screen-reader',
    '--skip-trust',
    '--version',
    '-v',
    '--worktree',
    '-w',
    '--yolo',
    '-y',
  ]),
};

export const gemini: Client = {
  name: 'gemini',
  package: {
    title: 'Gemini CLI',
    name: '@google/gemini-cli',
    versions: '~0.61.0',
    megabytes: 100,
    program: 'gemini',
  },
  format: 'gemini',
  options,
  automatic: automaticId,
  credentials: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_CLOUD_ACCESS_TOKEN'],
  isInteractive: (args) => !containsOption(options, args, ['-p', '--prompt', '--acp', '--experimental-acp']),
  async begin(launch) {
    const { prepareGemini } = await import('./gemini-launch.ts');
    return { prepare: (ready) => prepareGemini(launch, ready, options) };
  },
};
