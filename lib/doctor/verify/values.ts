/** The values that the questions ask for. They are drawn anew for each run, so that no provider can know them. */
import { solidHalves } from './png.ts';

export interface Order {
  id: number;
  customer: { name: string; address: { city: string; zip: string } };
  priority: string;
  paid: boolean;
  weight: number;
  discount: number;
  tags: string[];
  lines: { sku: string; quantity: number }[];
  note: string;
}

export interface Values {
  sentence: string;
  /** The code in the system prompt. */
  code: string;
  orders: readonly [Order, Order];
  receipt: string;
  cities: readonly [string, string, string];
  /** A long text, and its entries at 10, 50 and 90 percent. */
  document: string;
  entries: readonly { place: string; code: string; percent: number }[];
  /** The colours of the halves of the picture, and the picture in base64. */
  colours: readonly [string, string];
  picture: string;
  /** Names the conversation about the long text: providers keep one on the server that has its prefix. */
  session: string;
  /** An id that no model has. */
  invalidId: string;
}

const adjectives = ['copper', 'quiet', 'yellow', 'winter', 'broken', 'silver', 'narrow', 'early'];
const nouns = ['lantern', 'harbour', 'orchard', 'ladder', 'window', 'compass', 'meadow', 'kettle'];
const towns = ['Zürich', 'Łódź', 'Córdoba', 'Tromsø', 'Reykjavík', 'Coimbra', '京都', 'Škofja Loka'];
const colours = {
  red: [220, 20, 20],
  green: [20, 150, 40],
  blue: [20, 40, 220],
  yellow: [250, 220, 10],
} as const;

/** Sentences of the long text. */
const document = 280;

/** `random` returns a number from 0 to below 1. */
export function drawValues(random: () => number): Values {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const number = (from: number, to: number): number => from + Math.floor(random() * (to - from));
  const code = (): string => `${pick(adjectives)}-${pick(nouns)}-${number(1000, 9999)}`;
  const draw = <T>(list: readonly T[], count: number): T[] => {
    const left = [...list];
    return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0] as T);
  };
  const order = (): Order => ({
    id: number(4_100_000_000, 9_000_000_000),
    customer: {
      name: `Zoë “${pick(nouns)}” O’Brien`,
      address: { city: pick(towns), zip: `0${number(1000, 9999)}` },
    },
    priority: pick(['low', 'normal', 'urgent']),
    paid: random() < 0.5,
    weight: number(100, 999) / 1000,
    discount: -number(1, 90) / 4,
    tags: [`naïve ${pick(nouns)}`, `☂ "${pick(adjectives)}"`, 'C:\\temp\\new'],
    lines: [
      { sku: `00${number(100, 999)}`, quantity: number(1, 40) },
      { sku: `A-${number(100, 999)}`, quantity: 0 },
    ],
    note: Array.from({ length: 24 }, () => `${pick(adjectives)} ${pick(nouns)}`).join(', '),
  });
  const entries = draw(nouns, 3).map((place, i) => ({ place, code: code(), percent: [10, 50, 90][i] ?? 0 }));
  const [left, right] = draw(Object.keys(colours) as (keyof typeof colours)[], 2) as [
    keyof typeof colours,
    keyof typeof colours,
  ];
  const lines = Array.from(
    { length: document },
    (_, at) =>
      `Line ${at + 1}: on that day the ${pick(adjectives)} ${pick(nouns)} was carried past the old mill, and the people of the village spoke about the weather and the price of bread.`,
  );
  for (const { place, code: secret, percent } of entries)
    lines[Math.floor((document * percent) / 100)] = `The code of the ${place} is ${secret}.`;
  return {
    sentence: `The ${pick(adjectives)} ${pick(nouns)} holds ${number(100, 999)} letters, and the ${pick(adjectives)} ${pick(nouns)} holds none.`,
    code: code(),
    orders: [order(), order()],
    receipt: `R-${number(100_000, 999_999)}`,
    cities: draw(['Lisbon', 'Oslo', 'Prague', 'Dublin', 'Vienna', 'Athens'], 3) as [string, string, string],
    document: lines.join('\n'),
    entries,
    colours: [left, right],
    picture: solidHalves(colours[left], colours[right]).toString('base64'),
    session: Array.from({ length: 4 }, () => number(0x1000, 0xffff).toString(16)).join('-'),
    invalidId: `no-such-model-${number(100_000, 999_999)}`,
  };
}
