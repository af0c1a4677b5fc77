/** Claude behind a gateway that knows no betas: Vertex AI, as Claude Code's users reported it. */
import { anthropic } from './anthropic.ts';
import type { Double } from './double.ts';
import { aboutField } from './rules.ts';

export const vertex: Double = {
  ...anthropic,
  name: 'vertex-claude',
  model: 'claude-opus-5-5@20261001',
  rules: [
    ...anthropic.rules.filter(({ name }) => name !== 'context_management'),
    {
      name: 'no unknown beta',
      source: 'anthropics/claude-code#21612',
      bad: [],
      badHeaders: { 'x-api-key': 'k', 'anthropic-beta': 'effort-2025-11-24,prompt-caching-scope-2026-01-05' },
      violates({ headers }) {
        const beta = /(?:prompt-caching-scope|context-management|advanced-tool-us)[\w-]*/.exec(
          String(headers['anthropic-beta'] ?? ''),
        );
        return beta
          ? {
              message: `Unexpected value(s) \`${beta[0]}\` for the \`anthropic-beta\` header. Please consult our documentation at docs.anthropic.com or try again without the header.`,
            }
          : undefined;
      },
    },
    aboutField(
      'context_management',
      'anthropics/claude-code#21612',
      { context_management: { edits: [] } },
      () => ({
        message: 'context_management: Extra inputs are not permitted',
      }),
    ),
  ],
};
