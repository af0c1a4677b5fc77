/** A process that changes a configuration as fast as it can until it is killed, and says each time that it has: `writer.ts <file> <config directory>`. */
import { readFileSync } from 'node:fs';
import { replaceConfig, withConfigLocked } from '../../../lib/config/edit/replace.ts';

const [file = '', configDir = ''] = process.argv.slice(2);

/** Long enough that a write in pieces would be seen in pieces. */
export function textOf(number: number): string {
  return JSON.stringify({ number, filling: String(number % 10).repeat(200_000), end: true });
}

if (file !== '') await writeForEver();

async function writeForEver(): Promise<never> {
  for (let number = 0; ; number++) {
    await withConfigLocked({ file, configDir }, () =>
      replaceConfig({ file, before: readFileSync(file), after: textOf(number) }),
    );
    process.stdout.write('.');
  }
}
