/** Checks that do not pass and need not, with the reason. */
import type { Check } from './kits.ts';

export interface Explanation {
  kit: string;
  check: string;
  status: Check['status'];
  why: string;
}

const annotations =
  'OpenAI sends an empty list of `annotations` with texts that cite nothing. occ leaves it out, because clients send a message back as it came, and some Chat Completions servers, such as Mistral’s, refuse fields that they do not know.';
const compaction =
  'Only the servers of OpenAI make compacted items. occ answers 404 to `/v1/responses/compact` and says why, which the kit counts as advice. Clients compact with an ordinary request instead.';
const name = 'The kit asks only models whose names begin with `o` or `gpt-5`.';

const warned = [
  'Basic Text Response',
  'System Prompt',
  'Multi-turn Conversation',
  'Tool Calling',
  'Image Input',
];

export const explained: readonly Explanation[] = [
  ...warned.map((check) => ({ kit: 'llm-comply', check, status: 'warned' as const, why: annotations })),
  { kit: 'llm-comply', check: 'Compaction Endpoint', status: 'warned', why: compaction },
  { kit: 'llm-comply', check: 'Reasoning Summary', status: 'skipped', why: name },
  {
    kit: 'llm-comply',
    check: 'Thinking Config',
    status: 'warned',
    why: 'The emulated upstream of the Messages API does not count thinking tokens, as most servers of that format do not. occ invents no counts.',
  },
  {
    kit: 'trustedrouter-provider-check',
    check: 'catalog.declared-v2',
    status: 'skipped',
    why: 'It reads a public page that providers of one marketplace publish.',
  },
  {
    kit: 'trustedrouter-provider-check',
    check: 'structured.json-object',
    status: 'skipped',
    why: 'The kit runs it only for providers whose public page declares it.',
  },
];
