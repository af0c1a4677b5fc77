/** What the clients of all formats share: what they ask and answer, and how a stream is read. */

/** One conversation in a format. */
export interface Conversation {
  /** The path and the body of the next request. */
  request(model: string, stream: boolean): { path: string; body: object };
  /** Appends an answer, the results of its calls or else the next question. Fails if the answer is not complete. */
  take(answer: string, stream: boolean): void;
}

/** A picture that the client sends with its question in the third turn. */
export const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const question = 'Begin.';
export const goOn = 'Go on.';

/** The tool that every upstream calls. */
export const readTool = {
  name: 'Read',
  parameters: { type: 'object', properties: { file_path: { type: 'string' } } },
};

/** The result of a call. */
export function resultOf(args: unknown): string {
  return `read ${(args as { file_path: string }).file_path}`;
}

/** The data of each event of a stream. */
export function dataOf(stream: string): string[] {
  return stream
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trim())
        .join('\n'),
    )
    .filter((data) => data !== '');
}
