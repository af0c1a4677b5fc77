/** Google's own client, which reads bytes that a test gives it. */
import { GoogleGenAI } from '@google/genai';

/** A client whose every request is answered with these pieces of a body; it records the URLs. */
export function clientOf(
  pieces: readonly Uint8Array[],
  { status = 200, contentType = 'text/event-stream' } = {},
): { client: GoogleGenAI; urls: string[] } {
  const urls: string[] = [];
  const answer = (input: RequestInfo | URL): Promise<Response> => {
    urls.push(input instanceof Request ? input.url : String(input));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece);
        controller.close();
      },
    });
    return Promise.resolve(new Response(body, { status, headers: { 'content-type': contentType } }));
  };
  const httpOptions = { baseUrl: 'http://127.0.0.1:1', fetch: answer };
  return { client: new GoogleGenAI({ apiKey: 'k', httpOptions }), urls };
}
