/** claude-code-router 2, the last version whose translation is part of its own program. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

const token = 'a-token-of-the-benchmark';

export const claudeCodeRouter: Peer = {
  name: 'claude-code-router',
  package: '@musistudio/claude-code-router',
  version: '2.0.0',
  program: 'dist/cli.js',
  headers: { 'x-api-key': token },
  model: 'claude-sonnet-4-5',
  configure(home, port, upstreamPort) {
    const folder = join(home, '.claude-code-router');
    mkdirSync(folder);
    const configuration = {
      LOG: false,
      HOST: '127.0.0.1',
      PORT: port,
      APIKEY: token,
      Providers: [
        {
          name: 'bench',
          api_base_url: `http://127.0.0.1:${upstreamPort}/v1/chat/completions`,
          api_key: 'a-key',
          models: ['m'],
        },
      ],
      Router: { default: 'bench,m' },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration));
    return { node: [], program: ['start'] };
  },
};
