/** Small servers on loopback that answer as local model servers do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { LocalServerKind } from '../../lib/catalog/local-server-kinds.ts';

type Answers = Record<string, unknown>;

/** Path → JSON, in the shapes that each server's documentation shows. */
export const localAnswers: Readonly<Record<LocalServerKind, Answers>> = {
  ollama: {
    '/api/version': { version: '0.15.1' },
    '/api/tags': {
      models: [
        { name: 'qwen3-coder:30b', details: { family: 'qwen3moe' } },
        { name: 'gpt-oss:20b', details: { family: 'gptoss' } },
        { name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } },
      ],
    },
    '/v1/models': { object: 'list', data: [{ id: 'qwen3-coder:30b', object: 'model', owned_by: 'library' }] },
  },
  'lm-studio': {
    '/api/v0/models': {
      object: 'list',
      data: [
        { id: 'qwen2-vl-7b', type: 'vlm', state: 'not-loaded', max_context_length: 32_768 },
        { id: 'qwen3-coder-30b', type: 'llm', state: 'loaded', loaded_context_length: 65_536 },
        { id: 'text-embedding-nomic', type: 'embeddings', state: 'not-loaded' },
      ],
    },
    '/v1/models': {
      object: 'list',
      data: [{ id: 'qwen2-vl-7b', object: 'model', owned_by: 'organization_owner' }],
    },
  },
  vllm: {
    '/v1/models': {
      object: 'list',
      data: [{ id: 'Qwen/Qwen3-32B', object: 'model', owned_by: 'vllm', max_model_len: 40_960 }],
    },
  },
  'llama.cpp': {
    '/v1/models': {
      object: 'list',
      data: [
        {
          id: 'gemma-4',
          object: 'model',
          owned_by: 'llamacpp',
          meta: { n_ctx: 16_384, n_ctx_train: 131_072 },
          architecture: { input_modalities: ['text', 'image'] },
        },
      ],
    },
    // It has this endpoint of Ollama's, too.
    '/api/tags': { models: [{ name: 'gemma-4' }] },
  },
};

/** Resolves to the port. `other` replaces answers. Every other path is 404, or LM Studio's 200 with an error. */
export async function serveLocal(
  t: TestContext,
  kind: LocalServerKind,
  other: Answers = {},
): Promise<number> {
  const answers: Answers = { ...localAnswers[kind], ...other };
  const server = createServer((req, res) => {
    const known = answers[req.url ?? ''];
    const lax = kind === 'lm-studio';
    res.writeHead(known === undefined && !lax ? 404 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(known ?? { error: `Unexpected endpoint or method. (GET ${req.url ?? ''})` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
