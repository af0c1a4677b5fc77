/**
 * Copies what counting tokens needs of gpt-tokenizer to dist/vendor: one encoding, the code it imports and the license,
 * 2.6 MB. The package holds every encoding three times, 30 MB, which nobody should have to install for one number.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const from = 'node_modules/gpt-tokenizer';
const to = 'dist/vendor/gpt-tokenizer';

export function vendorTokenizer() {
  const files = ['encoding/o200k_base.js'];
  for (const file of files) {
    const code = readFileSync(join(from, 'esm', file), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    for (const [, specifier] of code.matchAll(/^import\b[^'"]*['"]([^'"]+)['"]/gm)) {
      const imported = posix.join(posix.dirname(file), specifier);
      if (!files.includes(imported)) files.push(imported);
    }
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), code);
  }
  copyFileSync(join(from, 'LICENSE'), join(to, 'LICENSE'));
}
