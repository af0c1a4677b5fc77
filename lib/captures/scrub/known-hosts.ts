/** Hosts that many people use, which say nothing about one of them. */
import { knownProviders } from '../../catalog/known-providers.ts';

export const bundledHosts: ReadonlySet<string> = new Set([
  ...knownProviders.flatMap(({ baseUrl }) => (baseUrl === undefined ? [] : [new URL(baseUrl).hostname])),
  'opencode.ai',
  'api.anthropic.com',
  'api.openai.com',
  'generativelanguage.googleapis.com',
  'api.moonshot.ai',
  'api.z.ai',
  'api.minimax.io',
  'api.mistral.ai',
  'api.groq.com',
  'api.x.ai',
  'dashscope.aliyuncs.com',
  'dashscope-intl.aliyuncs.com',
]);
