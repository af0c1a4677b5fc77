/**
 * Generates the code that takes the place of lib/config/file/validator.ts in the built program, which then neither loads
 * ajv nor compiles the schema. The schema and the settings of ajv are those of that module.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { _ } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = `${root}lib/config/file/validator.ts`;

/** The code of a module that exports `validate` and belongs into the folder of validator.ts. */
export async function validatorCode() {
  const { compile } = await importSource();
  const { ajv, validate } = compile({ source: true, esm: true, formats: _`accepting` });
  const accepting = `const accepting = Object.fromEntries(Object.entries(formats).map(([name, { accepts }]) => [name, accepts]));`;
  return `import { formats } from './schema-node.ts';\n${accepting}\n${standalone.default(ajv, validate)}`;
}

/** The module is TypeScript, so it is bundled first; without ajv, which must be the one that is imported here. */
async function importSource() {
  const bundle = await rolldown({ input: source, external: ['ajv'], platform: 'node' });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  const file = `${root}.validator-${process.pid}.mjs`;
  writeFileSync(file, output[0].code);
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(file);
  }
}

/** Whether the code of a module of the program is the generated one. */
export function isGenerated(id) {
  return id === source;
}

/** The plugin of the bundler that does it. */
export const generatedValidator = {
  name: 'generated-validator',
  load: {
    filter: { id: source },
    handler: async () => ({ code: await validatorCode(), moduleType: 'js' }),
  },
};
