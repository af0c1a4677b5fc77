/** What a client sends as its token to a proxy that accepts any. */
export const anyToken = 'unused';
