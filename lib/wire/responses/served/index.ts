/** OpenAI Responses as clients speak it. */
import type { ServedFormat } from '../../served.ts';
import { readResponsesRequest } from './request.ts';
import { same } from './same.ts';

export const served: ServedFormat = { translated: true, read: readResponsesRequest, same };
