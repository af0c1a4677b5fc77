/** How the CPU time of some work grows with its input, as a ratio: what else the machine does is no part of it. */

/** The best time of the big work over that of the small one. Ends early once that is at most `enough`. */
export function growthOf(small: () => unknown, big: () => unknown, enough = 0, rounds = 5): number {
  const [few, many]: [number[], number[]] = [[], []];
  small();
  for (let round = 0; round < rounds; round++) {
    few.push(cpuTime(small));
    many.push(cpuTime(big));
    if (Math.min(...many) <= enough * Math.min(...few)) break;
  }
  return Math.min(...many) / Math.min(...few);
}

/** Of this process alone, in microseconds. */
function cpuTime(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return Math.max(1, user + system);
}
