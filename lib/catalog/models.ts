/** Parses the bundled list of models. */
import type { Effort } from '../anthropic/request.ts';
import type { WireFormat } from '../wire/formats.ts';
import { bundled } from './bundled.ts';
import { modelName, toBareId } from './families.ts';
import { toPlainName } from './family-name.ts';

export type Input = 'text' | 'image' | 'pdf' | 'video' | 'audio';

/** US dollars per million tokens, lowest tier. */
export interface Price {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export interface CatalogModel {
  provider: string;
  id: string;
  /** As the vendor writes it: "MiniMax-M3". */
  name: string;
  format: WireFormat;
  /** Context window: input and output tokens together. */
  context: number;
  /** Maximum output tokens. */
  output: number;
  inputs: readonly Input[];
  /** Lowest first; empty if it has no levels. */
  efforts: readonly Effort[];
  /** Thinking can be switched on and off. */
  toggle: boolean;
  /** The model can think. */
  reasons: boolean;
  price: Price;
  /** `unlisted`: listed in September 2026, but not in November. `retired`: removed by its provider. */
  status: 'active' | 'unlisted' | 'retired';
  /** The provider trains on requests to this model. */
  trains: boolean;
  /** Works only with the provider's own client, so occ never offers it. */
  officialClientOnly: boolean;
}

const providers: Record<string, string> = { go: 'opencode-go', zen: 'opencode-zen' };
const inputs: Record<string, Input> = { t: 'text', i: 'image', p: 'pdf', v: 'video', a: 'audio' };

/** The line of each model. Only what is asked for is parsed: most commands need a few models, and some none. */
const lines = new Map(
  bundled
    .trim()
    .split('\n')
    .map((line) => [keyOf(line), line]),
);
const parsed = new Map<string, CatalogModel>();
let all: readonly CatalogModel[] | undefined;
let byName: ReadonlyMap<string, CatalogModel> | undefined;

/** `opencode-go/glm-5.3` of `go | glm-5.3 | …`. */
function keyOf(line: string): string {
  const [provider = '', id = ''] = line.split(' | ', 2);
  return `${providers[provider] ?? provider}/${id}`;
}

function modelAt(key: string): CatalogModel | undefined {
  const line = lines.get(key);
  if (line === undefined) return undefined;
  const model = parsed.get(key) ?? toModel(line);
  parsed.set(key, model);
  return model;
}

/** Every bundled model, the active ones of each provider first. */
export function allModels(): readonly CatalogModel[] {
  return (all ??= [...lines.keys()].flatMap((key) => modelAt(key) ?? []));
}

/** The bundled model with this id, in upper or lower case; undefined if there is none. */
export function findModel(provider: string, id: string): CatalogModel | undefined {
  return modelAt(`${provider}/${id}`) ?? modelAt(`${provider}/${id.toLowerCase()}`);
}

/** The models by their plain name; of those that both gateways serve, the one of Zen. */
function namedModels(): ReadonlyMap<string, CatalogModel> {
  return (byName ??= new Map(
    ['opencode-go', 'opencode-zen'].flatMap((provider) =>
      allModels()
        .filter((model) => model.provider === provider)
        .map((model) => [toPlainName(model.id), model]),
    ),
  ));
}

/** The same model at another provider, for limits and inputs only: format, price and status depend on the provider. */
export function findAtOtherProvider(id: string): CatalogModel | undefined {
  const models = namedModels();
  return models.get(toPlainName(toBareId(id))) ?? models.get(modelName(id) ?? '');
}

function toModel(line: string): CatalogModel {
  const [
    provider = '',
    id = '',
    format,
    context,
    output,
    taken = '',
    efforts,
    price = '',
    status,
    flags = '',
    name,
  ] = line.split(' | ');
  const [input = 0, answer = 0, cacheRead = 0, cacheWrite = 0] = price.split('/').map(Number);
  const marks = flags.split(',');
  return Object.freeze({
    provider: providers[provider] ?? provider,
    id,
    name: name ?? id,
    format: format as WireFormat,
    context: Number(context),
    output: Number(output),
    inputs: taken.split('').flatMap((letter) => inputs[letter] ?? []),
    efforts: efforts === '-' ? [] : ((efforts ?? '').split(',') as Effort[]),
    toggle: marks.includes('toggle'),
    reasons: !marks.includes('plain'),
    price: { input, output: answer, cacheRead, cacheWrite },
    status: status as CatalogModel['status'],
    trains: marks.includes('trains'),
    officialClientOnly: marks.includes('official-client'),
  });
}
