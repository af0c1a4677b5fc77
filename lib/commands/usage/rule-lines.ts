/** Renders a rule about plans and paid models for `occ route` and `occ status`. */
import { toText, type JsonObject } from '../../json.ts';
import { moment } from '../../terminal/figures.ts';

/** The key with its value, then what it does: `save_quota_at 80 %`, `  background work …, until 14:05`. */
export function ruleLines(rule: JsonObject): [head: string, text: string] {
  const until = moment(toText(rule['until']));
  return [
    `${toText(rule['key'])} ${toText(rule['value'])}`,
    `  ${toText(rule['text'])}${until === '' ? '' : `, until ${until}`}`,
  ];
}
