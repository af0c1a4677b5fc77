/** Requests that two servers would understand differently, each followed by another request. */
import { ambiguousRequests, smuggled } from '../support/ambiguous-requests.ts';
import { open, refused, type Attack } from './attack.ts';
import { say, statuses, token } from './dial.ts';

export const onFraming: readonly Attack[] = [
  {
    group: 'smuggling',
    name: `${Object.keys(ambiguousRequests(token)).length} shapes with a request behind them`,
    async run({ port }) {
      const shapes = Object.entries(ambiguousRequests(token));
      const seen = await Promise.all(
        shapes.map(async ([what, bytes]) => ({
          what,
          got: statuses((await say(port, bytes + smuggled)).text),
        })),
      );
      const bad = seen.filter(({ got }) => got.some((status) => status < 400) || got.length > 1);
      if (bad.length > 0)
        return open(
          `${bad.length} answered: ${bad.map(({ what, got }) => `${what} (${got.join(', ')})`).join('; ')}`,
        );
      return refused([...new Set(seen.flatMap(({ got }) => got))].sort((a, b) => a - b).join(', '));
    },
  },
  {
    group: 'smuggling',
    name: '1,000 requests in one piece, none of whose answers is read',
    async run({ port }) {
      const { dial, within, ours, asText } = await import('./dial.ts');
      const request = asText({ headers: ours }).replace('connection: close\r\n', '');
      const line = await dial(port, false);
      line.socket.write(request.repeat(1000));
      await within(1500, () => false);
      line.socket.destroy();
      return { end: 'bounded', says: 'answered as far as they are read' };
    },
  },
];
