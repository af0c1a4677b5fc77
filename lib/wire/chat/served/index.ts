/** Chat Completions, spoken to clients. */
import type { ServedFormat } from '../../served.ts';
import { readChat } from './read.ts';
import { same } from './same.ts';

export const served: ServedFormat = { translated: true, read: readChat, same };
