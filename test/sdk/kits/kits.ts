/** The public kits, how each is run, and how its report is read. */
import { join } from 'node:path';
import { asObjects, asText, type LooseJson } from '../../support/loose-json.ts';
import type { Spoken } from '../dialects.ts';

export interface Check {
  name: string;
  status: 'passed' | 'warned' | 'failed' | 'skipped';
  /** What the kit says. */
  words: string;
}

export interface Kit {
  name: string;
  version: string;
  from: 'PyPI' | 'npm';
  /** What it judges. */
  served: Spoken | 'chat, responses';
  /** The program's arguments. */
  args(url: string): string[];
  env?: Record<string, string>;
  read(report: LooseJson): Check[];
}

const comply = (served: Spoken, format: string, more: readonly string[] = []): Kit => ({
  name: 'llm-comply',
  version: '0.5.0',
  from: 'PyPI',
  served,
  args: (url) => [
    '--json',
    '--format',
    format,
    '-u',
    served === 'gemini' ? url : `${url}/v1`,
    '-k',
    'unused',
    '-m',
    'claude-sonnet-4-5',
    ...more,
  ],
  read: ({ results }) =>
    asObjects(results).map((result) => {
      const warnings = textsIn(result['warnings']);
      const status = asText(result['status']);
      return {
        name: asText(result['name']),
        status: status === 'passed' ? (warnings === '' ? status : 'warned') : (status as Check['status']),
        words: [textsIn(result['errors']), warnings].filter((text) => text !== '').join('; '),
      };
    }),
});

const canary: Kit = {
  name: 'compatcanary',
  version: '0.2.2',
  from: 'npm',
  served: 'chat, responses',
  args: (url) => ['scan', '--base-url', `${url}/v1`, '--model', 'emulator/first', '--format', 'json'],
  env: { OPENAI_API_KEY: 'unused' },
  read: ({ results }) =>
    asObjects(results).map((result) => ({
      name: asText(result['name']),
      status: statuses[asText(result['status'])] ?? 'failed',
      words: asText(result['status']) === 'pass' ? '' : asText(result['summary']),
    })),
};

const trusted: Kit = {
  name: 'trustedrouter-provider-check',
  version: '0.1.8',
  from: 'PyPI',
  served: 'chat',
  args: (url) => ['--base-url', `${url}/v1`, '--model', 'emulator/first', '--tier', '5', '--json', '-'],
  read: ({ checks }) =>
    asObjects(checks).map((check) => {
      const measured = check['measured'] ?? {};
      return {
        name: asText(check['id']),
        status: statuses[asText(check['status'])] ?? 'failed',
        words: asText(check['status']) === 'pass' ? '' : asText(measured['reason'] ?? check['assertion']),
      };
    }),
};

export const kits: readonly Kit[] = [
  comply('messages', 'anthropic', ['--auth-header', 'x-api-key', '--no-bearer']),
  comply('chat', 'openai-chat'),
  comply('responses', 'open-responses'),
  comply('gemini', 'google-genai', ['--auth-header', 'x-goog-api-key', '--no-bearer']),
  canary,
  trusted,
];

/** The program of a kit in the folder of its programs. */
export function programOf({ name }: Kit, bin: string): string {
  return join(bin, name);
}

const statuses: Readonly<Record<string, Check['status']>> = {
  pass: 'passed',
  warn: 'warned',
  fail: 'failed',
  skip: 'skipped',
};

function textsIn(list: unknown): string {
  return Array.isArray(list) ? list.map(String).join('; ') : '';
}
