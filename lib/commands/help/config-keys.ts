/** The reference of the configuration's keys, which `occ help config` prints after the help of the command, and of one key. */
import {
  describeKeys,
  describeKnown,
  describeNamed,
  type DescribedKey,
  type KeyGroup,
} from '../../config/file/described.ts';
import { quote } from '../../shell-word.ts';
import { requireKnown } from '../config/call.ts';
import { joinBlocks, renderColumns, renderParagraph, type Row } from '../../terminal/columns.ts';

const intro =
  'The file is JSON; comments and trailing commas are allowed. Every key is optional. In text values, ${NAME} stands for an environment variable. A change applies to the next request; host and port need occ restart.';

export function renderConfigKeys(width: number): string[] {
  const groups = describeKeys().map((group) => renderGroup(group, width));
  return joinBlocks([['Keys'], renderParagraph(intro, width), ...groups]);
}

/** What `occ help config <key>` prints. OccError `key_unknown` (exit code 2) with the nearest key. */
export function renderConfigKey(key: string, width: number): string[] {
  const named = describeNamed(key);
  const keys = named.length > 0 ? named : describeKnown(requireKnown(key));
  const rows: Row[] = [
    ...(named.length > 0 ? [] : [[`occ config get ${quote(key)}`, 'print its value'] as const]),
    ['occ help config', 'read about every key'],
  ];
  return joinBlocks([renderColumns(keys.map(toRow), { width }), renderColumns(rows, { width })]);
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
