/** The most requests of `occ doctor verify`. */
import { InvalidArgumentError } from 'commander';

const largest = 1000;

/** Parses `--budget`. */
export function amountOption(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > largest)
    throw new InvalidArgumentError(`expected a number of requests from 1 to ${largest}`);
  return number;
}

/** Requests for one model without `--budget`: its questions, and some that occ repeats in another form. */
export const usualBudget = 25;
