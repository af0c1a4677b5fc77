/** Progress on the last line of a terminal; elsewhere nothing. */

/** Called with each round of a part; round 0 warms up. */
export type Progress = (part: string, round: number, rounds: number) => void;

export const onTerminal: Progress = (part, round, rounds) =>
  show(`${part}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);

export function clearProgress(): void {
  show('');
}

function show(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
