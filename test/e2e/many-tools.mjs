/** An MCP server on stdio with thirty tools without effects, so that the client has more than 29. */
import { createInterface } from 'node:readline';

const tools = Array.from({ length: 30 }, (_, i) => ({
  name: `lookup_${i + 1}`,
  description: `Looks up number ${i + 1}.`,
  inputSchema:
    i % 3 === 0 ? { type: 'object' } : { type: 'object', properties: { word: { type: 'string' } } },
}));

const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'many-tools', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'found' }] }),
};

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) continue;
  const result = results[method]?.(params);
  const answer = result ? { result } : { error: { code: -32601, message: `no ${method} here` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
}
