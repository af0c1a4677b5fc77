/** Random ids of requests and messages. */
import { randomUUID } from 'node:crypto';

/** The prefix and 24 hexadecimal digits. A UUID comes from a cache of random bytes, which is cheaper than the bytes alone. */
export function randomId(prefix: 'req_' | 'msg_'): string {
  return `${prefix}${randomUUID().replaceAll('-', '').slice(-24)}`;
}
