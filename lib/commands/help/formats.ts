/** `occ help formats`. */
import { features, type Feature, type Level, type Support } from '../../wire/support.ts';
import { formats, wireFormats, type WireFormat } from '../../wire/formats.ts';
import { repairs } from '../../proxy/rejections/overview.ts';
import { joinBlocks, renderColumns, renderParagraph, type Row } from '../../terminal/columns.ts';

const levels: Readonly<Record<Level, string>> = {
  native: 'native',
  converted: 'converted',
  partly: 'in part',
  no: 'not supported',
};

/** What separates the level from how it is done. */
const joints: Readonly<Record<Level, string>> = { native: ';', converted: ':', partly: ':', no: ':' };

const intro =
  'native: the format has it. converted: occ expresses it by other means. not supported: it is not sent, and the log names it.';

const unknownModels =
  "A model that occ does not know, by its id, its family or the bundled list, gets the client's body unchanged over messages until it refuses something. In the other formats it gets no thinking parameters, unless its entry sets reasoning_effort or thinking.";

const returnedIntro =
  'Some providers attach opaque data to an answer and expect it in the next request. occ keeps no conversations: the data travels through the client, inside ids and the signatures of thinking blocks, and survives a restart. It returns unchanged to the model and provider that made it, and to no other.';

const returnedByAll: Row = [
  'ids of calls, up to 8,192 characters',
  'encoded in the id that the client gets if they are long or have other characters',
];

const notReturned =
  'Not returned, and named in the log: a field of more than 64 KiB (an item of more than 1 MiB), a longer id, unknown fields of a gemini text, and what arrives only after the last words of an answer without calls.';

const servedIntro =
  'occ answers clients of every format, whatever the format of the model: occ launch codex, occ launch gemini, or any program with the URL of occ env. Routing, fallbacks and repairs are the same for all.';

const servedOutro =
  'Where client and model have the same format, the request and the events pass as they came, but for the model, limits, ids, signatures, and what the model does not accept. Fields of the client that another format has no place for are left out, and the log names them (left).';

const repairIntro =
  'When a provider refuses a request, occ reads what the refusal is about. If a changed request can avoid it, occ sends that before the client notices, and remembers a change that helped. occ status lists the changes, and the log names them (repaired).';

const repairOutro =
  'The conversation, the model and the tools are never left out. Limits of tokens per minute, spent plans, empty balances, filters and broken tool calls of the model are no faults of the request: the next key or the next model answers. All changes of a request count as attempts (retry.max_attempts_total). If none helps, the client receives the refusal as it was.';

export async function renderFormats(width: number): Promise<string[]> {
  const supports = await Promise.all(
    wireFormats.map(async (name) => [name, await formats[name].support()] as const),
  );
  const paragraph = (text: string): string[] => renderParagraph(text, width);
  const titled = (title: string, rows: readonly Row[]): string[] =>
    [title].concat(renderStacked(rows, width));
  const ofFeature = (feature: Feature): string[] =>
    paragraph(features[feature]).concat(renderColumns(rowsOf(feature, supports), { width }));
  const refusals = Object.values(repairs).map(({ refused, next, scope }): Row => [
    refused,
    `${next} (remembered for the ${scope})`,
  ]);
  return joinBlocks([
    paragraph('What each wire format supports'),
    paragraph(intro),
    ...(Object.keys(features) as Feature[]).map(ofFeature),
    paragraph(unknownModels),
    paragraph('State that providers want back'),
    paragraph(returnedIntro),
    titled('all formats', [returnedByAll]),
    ...supports.map(([name, { returned }]) => titled(name, returned)),
    paragraph(notReturned),
    paragraph('What clients can speak'),
    paragraph(servedIntro),
    ...supports.map(([name, { served }]) =>
      titled(name, [...served.endpoints.map((one): Row => [one, '']), ...served.special]),
    ),
    paragraph(servedOutro),
    paragraph('What providers refuse'),
    paragraph(repairIntro),
    renderStacked(refusals, width),
    paragraph(repairOutro),
  ]);
}

/** A row for each different entry: `chat, responses` → `converted: to text`. */
function rowsOf(feature: Feature, supports: readonly (readonly [WireFormat, Support])[]): Row[] {
  const groups = new Map<string, WireFormat[]>();
  for (const [name, support] of supports) {
    const [level, how] = support.features[feature];
    const text = how === undefined ? levels[level] : `${levels[level]}${joints[level]} ${how}`;
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].map(([text, names]) => [
    names.length === supports.length ? 'all formats' : names.join(', '),
    text,
  ]);
}

/** Long terms, each with its meaning on the lines below it. */
function renderStacked(rows: readonly Row[], width: number): string[] {
  return renderColumns(rows, { width, termWidth: width });
}
