/**
 * Signatures and sealed reasoning: strings that only their maker can verify. Like a vendor's, a seal belongs to a content, to
 * one vendor and to one key, which may be replaced.
 */
import { createHash } from 'node:crypto';

export interface Seals {
  /** The seal of a content. */
  make(content: string): string;
  /** Whether this vendor made the seal with its present key, for this content if one is given. */
  verifies(seal: string, content?: string): boolean;
  /** Replaces the key: no seal made before verifies. */
  expire(): void;
}

export function sealsOf(vendor: string): Seals {
  let key = 0;
  const digest = (content: string): string =>
    createHash('sha256').update(`${vendor}\n${key}\n${content}`).digest('hex').slice(0, 32);
  return {
    make(content) {
      const inner = digest(content);
      return btoa(`${vendor}.${inner}.${digest(inner)}`);
    },
    verifies(seal, content) {
      const [maker, inner = '', outer] = decoded(seal).split('.');
      if (maker !== vendor || outer !== digest(inner)) return false;
      return content === undefined || inner === digest(content);
    },
    expire: () => void key++,
  };
}

function decoded(seal: string): string {
  try {
    return atob(seal);
  } catch {
    return '';
  }
}
