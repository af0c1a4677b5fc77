/** The npm package of Claude Code. It is proprietary, so it is not bundled; the user's npm fetches it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { platformOf } from '../platform.ts';
import type { ClientPackage } from './client-package.ts';

const name = '@anthropic-ai/claude-code';

export const claudePackage: ClientPackage = {
  title: 'Claude Code',
  name,
  versions: '~2.1.330',
  // 2.1.332 on Linux takes 402, of which 180 are downloaded.
  megabytes: 400,
  program: platformOf().claude,
  folders: (home) => [join(home, '.local', 'bin'), join(home, '.claude', 'local')],
  // The native program is in the package for the platform, so install scripts, which npm 12 blocks, are not needed.
  installed(modules) {
    const scope = join(modules, '@anthropic-ai');
    const natives = readdirSync(scope).flatMap((folder) =>
      folder.startsWith('claude-code-')
        ? ['claude', 'claude.exe'].map((file) => join(scope, folder, file))
        : [],
    );
    return natives.find((file) => existsSync(file));
  },
};
