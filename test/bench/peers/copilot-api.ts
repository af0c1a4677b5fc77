/** copilot-api knows one upstream, so its requests to that address are sent to the upstream of the run instead. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Peer } from './peer.ts';

export const copilotApi: Peer = {
  name: 'copilot-api',
  package: 'copilot-api',
  version: '0.7.0',
  program: 'dist/main.js',
  headers: {},
  model: 'claude-sonnet-4',
  configure(home, port, upstreamPort) {
    const redirect = join(home, 'redirect.mjs');
    writeFileSync(redirect, redirection(upstreamPort));
    return {
      node: ['--import', pathToFileURL(redirect).href],
      program: ['start', '--port', String(port), '--github-token', 'a-token'],
    };
  },
};

/** A module that answers the requests at the start of copilot-api itself, and sends its other ones to the upstream. */
function redirection(upstreamPort: number): string {
  return `
const { fetch } = globalThis;
const models = [{ id: 'claude-sonnet-4', capabilities: { limits: { max_output_tokens: 64000 }, tokenizer: 'o200k_base' } }];
globalThis.fetch = async (url, init) => {
  const { pathname } = new URL(url);
  if (pathname === '/chat/completions') return fetch('http://127.0.0.1:${upstreamPort}/v1/chat/completions', init);
  if (pathname === '/copilot_internal/v2/token') return Response.json({ token: 't', refresh_in: 86400, expires_at: 0 });
  if (pathname === '/models') return Response.json({ data: models });
  if (pathname === '/user') return Response.json({ login: 'bench' });
  return new Response('', { status: 404 });
};
`;
}
