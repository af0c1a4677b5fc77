/** `GET /metrics`: counts from the start, and loads what writes the page with the first scrape. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { lazy } from '../lazy.ts';
import { sendText } from '../reply.ts';
import { figures, type Figures } from './figures.ts';
import type { Looked } from './page.ts';

export interface Metrics {
  figures: Figures;
  answer(req: IncomingMessage, res: ServerResponse, headers: Record<string, string>): Promise<void>;
  close(): void;
}

/** `look` is asked for each scrape. */
export function metrics(clock: Clock, look: () => Looked): Metrics {
  const counted = figures();
  let close = (): void => {};
  const page = lazy(async () => {
    const [{ metricsPage }, { contentTypes, preferredFormat }, { eventLoopDelay }] = await Promise.all([
      import('./page.ts'),
      import('./exposition.ts'),
      import('./event-loop.ts'),
    ]);
    const delay = eventLoopDelay(clock);
    close = () => delay.close();
    return (accept: string | undefined) => {
      const format = preferredFormat(accept);
      return { text: metricsPage(counted, look(), delay, format), type: contentTypes[format] };
    };
  });
  return {
    figures: counted,
    async answer(req, res, headers) {
      const { text, type } = (await page.get())(req.headers.accept);
      sendText(res, text, { 'content-type': type, ...headers });
    },
    close: () => close(),
  };
}
