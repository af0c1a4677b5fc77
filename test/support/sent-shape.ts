/** Types for what an upstream sent, shared by the readers of all formats. */

export interface Call {
  name: string;
  args: string;
}

export interface Sent {
  text: string;
  thinking: string;
  calls: Call[];
  /** True if the upstream sent a finish (P1). */
  complete: boolean;
}

/** The content of a transcript that the simple readers (sent.ts) cannot read. */
export interface Exception extends Partial<Omit<Sent, 'complete'>> {
  /** Why the readers cannot read it, or the law that changes the content. */
  why: string;
  /** The bytes that complete the answer; "never" if it stays incomplete. */
  completeAt?: string;
}
