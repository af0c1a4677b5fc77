/**
 * Makes the pictures: plays scenes in a real terminal and draws what it shows.
 *
 *   npm run pictures                             the picture of the README
 *   npm run pictures -- --all OUT                every scene at 40, 60, 80 and 120 columns, dark and light, into OUT
 *   npm run pictures -- help models --all OUT    only these scenes
 *
 * It needs tmux, and npm to fetch Claude Code.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scenes } from './scenes.ts';
import { perform } from './stage.ts';
import { drawSvg, type Frame } from './svg.ts';

const { values, positionals } = parseArgs({
  options: { all: { type: 'string' }, columns: { type: 'string', default: '40,60,80,120' } },
  allowPositionals: true,
});
const readme = fileURLToPath(new URL('../../.github/session.svg', import.meta.url));

if (values.all === undefined) {
  await make('session', 100, (theme) => (theme === 'dark' ? readme : undefined));
} else {
  mkdirSync(values.all, { recursive: true });
  for (const name of positionals.length > 0 ? positionals : Object.keys(scenes))
    for (const columns of values.columns.split(',').map(Number))
      await make(name, columns, (theme) => join(values.all ?? '', `${name}-${columns}-${theme}.svg`));
}

async function make(
  name: string,
  columns: number,
  fileFor: (theme: 'dark' | 'light') => string | undefined,
): Promise<void> {
  const scene = scenes[name];
  if (scene === undefined) throw new Error(`there is no scene ${name}: ${Object.keys(scenes).join(', ')}`);
  const rows = scene.rows ?? 40;
  const { configured = true, upstream = 'fine' } = scene;
  const frames = cropped(
    await perform({ columns, rows, configured, upstream }, (stage) => scene.play(stage)),
  );
  const height = Math.max(...frames.map((frame) => frame.rows.length));
  for (const theme of ['dark', 'light'] as const) {
    const file = fileFor(theme);
    if (file === undefined) continue;
    writeFileSync(file, drawSvg(frames, { columns, rows: height }, theme, scene.title));
    console.log(file);
  }
}

/** Without the empty rows at the bottom. */
function cropped(frames: readonly Frame[]): Frame[] {
  const isEmpty = (row: Frame['rows'][number] | undefined): boolean =>
    row === undefined || row.every(({ text, look }) => text.trim() === '' && look.background === undefined);
  return frames.map(({ rows, seconds }) => {
    const end = rows.findLastIndex((row) => !isEmpty(row)) + 1;
    return { rows: rows.slice(0, end), seconds };
  });
}
