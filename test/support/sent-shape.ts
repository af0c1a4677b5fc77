/** What an upstream sent, as the readers of every wire format report it. Types alone. */

export interface Call {
  name: string;
  args: string;
}

export interface Sent {
  text: string;
  thinking: string;
  calls: Call[];
  /** P1: the upstream said that it was done. */
  complete: boolean;
}

/** A transcript whose content the simple readers (sent.ts) cannot know, and what it holds. */
export interface Exception extends Partial<Omit<Sent, 'complete'>> {
  /** The law or the fact that this follows from. */
  why: string;
  /** The bytes with which the answer becomes complete; "never" for one that does not. */
  completeAt?: string;
}
