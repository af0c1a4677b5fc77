/** What an event costs for clients of the other formats, as a multiple of what it costs for Claude Code. */
import type { Figures, Part, RowPlan } from '../part.ts';
import { eventsOneByOne } from '../streaming.ts';

const clients = ['chat', 'responses', 'gemini'] as const;

export const otherClients: Part = {
  name: 'clients',
  title:
    'Clients of other formats on one Chat Completions upstream: events one by one, ÷ those of a messages client',
  rounds: 5,
  floors: [],
  rows: clients.map((client): RowPlan => ({
    figure: client,
    label: `CPU an event, ${client} client`,
    unit: '×',
    target: { of: 'value', atMost: 1.2 },
  })),
  async measure(world, name, effort) {
    const contender = await world.contender(name);
    const figures: Figures = {};
    for (const client of clients) {
      const floor = await eventsOneByOne(world, contender, effort);
      figures[client] = (await eventsOneByOne(world, contender, effort, { client })).cpu / floor.cpu;
    }
    return figures;
  },
};
