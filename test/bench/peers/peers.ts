/** The proxies that can be measured beside occ. */
import { claudeCodeRouter } from './claude-code-router.ts';
import { copilotApi } from './copilot-api.ts';
import type { Peer } from './peer.ts';

export const peers: readonly Peer[] = [copilotApi, claudeCodeRouter];
