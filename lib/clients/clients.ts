/** The clients that `occ launch` knows by name. */
import { claude } from './claude-client.ts';
import type { Client } from './client.ts';
import { codex } from './codex.ts';
import { copilot } from './copilot.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { qwen } from './qwen.ts';

/** The client that runs if none is named. */
export const defaultClient = claude;

/** In the order of the help. */
export const clients: readonly Client[] = [claude, codex, gemini, opencode, pi, copilot, qwen];

/** Undefined if there is none of that name. */
export function clientNamed(name: string): Client | undefined {
  return clients.find((client) => client.name === name);
}
