/** Claude Code, the default client of `occ launch`. What it needs for a launch is in `claude-launch.ts`. */
import { tierId } from '../proxy/policy/tiers.ts';
import { claudePackage } from './claude-package.ts';
import type { Client } from './client.ts';
import { claudeAliases, claudeOptions, hasOption } from './client-options.ts';

export const claude: Client = {
  name: 'claude',
  package: claudePackage,
  format: 'messages',
  options: claudeOptions,
  automatic: tierId('sonnet'),
  credentials: ['ANTHROPIC_API_KEY'],
  aliases: claudeAliases,
  hasAutoMode: true,
  isInteractive: (args) => !hasOption(args, ['-p', '--print']),
  resume: (session) => ['--resume', session],
  async begin(launch) {
    const { beginClaude } = await import('./claude-launch.ts');
    return beginClaude(launch);
  },
};
