/** Every sentence that is known, in the order in which they are tried. */
import { accounts } from './accounts.ts';
import { answer } from './answer.ts';
import { fields } from './fields.ts';
import { history } from './history.ts';
import { order } from './order.ts';
import { schemas } from './schemas.ts';
import { window } from './window.ts';
import type { Wording } from './wording.ts';

export const wordings: readonly Wording[] = [
  ...accounts,
  ...order,
  ...history,
  ...schemas,
  ...fields,
  ...answer,
  ...window,
];
