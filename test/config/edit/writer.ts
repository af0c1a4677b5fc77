/** `writer.ts <file> <config directory>`: changes a configuration as fast as possible until it is killed, and prints a line for each change. */
import { readFileSync } from 'node:fs';
import { replaceConfig, withConfigLocked } from '../../../lib/config/edit/replace.ts';

const [file = '', configDir = ''] = process.argv.slice(2);

/** Long enough that readers would see a write that is not atomic. */
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
