/** The reference of the configuration's keys, which `occ help config` prints after the help of the command. */
import { describeKeys, type KeyGroup, type DescribedKey } from '../../config/file/described.ts';
import { joinBlocks, renderColumns, renderParagraph, type Row } from '../../terminal/columns.ts';

const intro =
  'The file is JSON; comments and trailing commas are allowed. Every key is optional. In text values, ${NAME} stands for an environment variable. A change applies to the next request; host and port need occ restart.';

export function renderConfigKeys(width: number): string[] {
  const groups = describeKeys().map((group) => renderGroup(group, width));
  return joinBlocks([['Keys'], renderParagraph(intro, width), ...groups]);
}

function renderGroup({ title, keys }: KeyGroup, width: number): string[] {
  return renderParagraph(title, width).concat(renderColumns(keys.map(toRow), { width }));
}

/** `The port to listen on. (whole number from 0 to 65535, default 3456; OCC_PORT)` */
function toRow({ name, type, default: value, meaning, variables: [variable] }: DescribedKey): Row {
  const kind = [type ?? [], value === undefined ? [] : `default ${value}`].flat().join(', ');
  const facts = [kind === '' ? [] : kind, variable ?? []].flat().join('; ');
  return [name, facts === '' ? meaning : `${meaning} (${facts})`.trim()];
}
