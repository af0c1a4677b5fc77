/** The architecture as a table: which area may import which, which areas are pure, and what files look like. Reads the sources. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * Imports go down only: an area may import the areas it names, itself and the ground floor. "(types)" allows types
 * alone, and a path allows that one file.
 */
const allowed: Record<string, string[]> = {
  bin: ['cli'],
  cli: ['commands', 'terminal', 'config'],
  commands: [
    'captures',
    'doctor',
    'host',
    'clients',
    'statusline',
    'daemon',
    'emulator',
    'ledger',
    'terminal',
    'log',
    'config',
    'catalog',
    'proxy',
    'proxy/policy',
    'proxy/rejections',
    'wire',
    'anthropic',
  ],
  captures: ['catalog', 'config', 'log', 'proxy', 'proxy/policy', 'proxy/rejections', 'wire', 'anthropic'],
  statusline: ['config', 'catalog', 'proxy (types)', 'proxy/policy', 'terminal'],
  ledger: ['proxy (types)', 'proxy/policy (types)', 'log (types)', 'config'],
  traces: ['proxy', 'log (types)'],
  host: ['captures', 'traces', 'proxy', 'proxy/policy', 'emulator', 'config', 'log', 'ledger', 'statusline'],
  doctor: [
    'clients',
    'daemon',
    'emulator',
    'config',
    'catalog',
    'proxy',
    'proxy/policy',
    'wire',
    'anthropic',
    'stream',
  ],
  clients: ['proxy/policy', 'catalog', 'config (types)', 'wire (types)'],
  daemon: ['config'],
  emulator: [
    'config (types)',
    'log (types)',
    'wire (types)',
    'wire/encode',
    'wire/gemini/served/json-schema.ts',
  ],
  proxy: [
    'proxy/policy',
    'proxy/rejections',
    'config (types)',
    'catalog',
    'log',
    'wire',
    'anthropic',
    'stream',
  ],
  'proxy/policy': ['proxy/rejections', 'config (types)', 'catalog', 'wire', 'anthropic'],
  'proxy/rejections': [
    'config (types)',
    'catalog',
    'wire',
    'wire/encode/schema-walk.ts',
    'wire/encode/schema-moonshot.ts',
    'anthropic',
  ],
  catalog: ['config', 'wire', 'anthropic (types)'],
  config: ['wire', 'anthropic (types)'],
  terminal: [],
  log: [],
  wire: ['wire/encode', 'wire/decode', 'anthropic', 'stream'],
  'wire/encode': ['wire/tool-names.ts', 'wire (types)', 'anthropic'],
  'wire/decode': ['wire/tool-names.ts', 'wire/model-names.ts', 'wire (types)', 'anthropic', 'stream'],
  anthropic: ['stream'],
  stream: [],
  index: ['wire (types)', 'anthropic (types)', 'stream'],
};

/** Files that every area may import. Each may import only those before it. */
const groundFloor = [
  'errors',
  'system-error',
  'package-root',
  'version',
  'json',
  'nearest',
  'host-name',
  'loopback',
  'tilde',
  'redact',
  'printable',
  'bounded-file',
  'given-pipe',
  'make-directory',
  'shell-word',
  'request-id',
  'text-hash',
  'append',
  'budget-amount',
  'paid-fallback',
  'quota-share',
  'own-append',
  'platform',
];

/** Areas without I/O or a clock: they import nothing from Node and no package. */
const pure: ReadonlySet<string> = new Set([
  'stream',
  'anthropic',
  'wire',
  'wire/encode',
  'wire/decode',
  'proxy/policy',
  'proxy/rejections',
  ...groundFloor.filter(
    (file) =>
      ![
        'package-root',
        'version',
        'bounded-file',
        'given-pipe',
        'make-directory',
        'own-append',
        'platform',
      ].includes(file),
  ),
]);

interface Import {
  from: string;
  types: boolean;
}

interface Source {
  path: string;
  area: string;
  text: string;
  imports: Import[];
}

const root = fileURLToPath(new URL('..', import.meta.url));

function paths(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Folders inside another area that are areas of their own. */
const inner: ReadonlySet<string> = new Set([
  'proxy/policy',
  'proxy/rejections',
  'wire/encode',
  'wire/decode',
]);

/** `lib/wire/chat/stream.ts` → `wire`; `lib/proxy/policy/route.ts` → `proxy/policy`; `lib/cli.ts` → `cli`. */
function areaOf(path: string): string {
  const [top, folder = '', below = ''] = path.split('/');
  if (top !== 'lib') return top ?? '';
  if (below === '') return basename(folder, '.ts');
  return inner.has(`${folder}/${below}`) ? `${folder}/${below}` : folder;
}

/** Static imports and exports of values and of types, and dynamic imports, which count as values. */
function importsOf(path: string, text: string): Import[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^import\s+()['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*()['"]([^'"]+)['"]/g),
    ...text.matchAll(/\brequire\(\s*()['"]([^'"]+)['"]/g),
  ];
  return found.map(([, types, specifier = '']) => ({
    from: specifier.startsWith('.') ? posix.join(dirname(path), specifier) : specifier,
    types: Boolean(types),
  }));
}

const sources: Source[] = [...paths('bin'), ...paths('lib')].map((path) => {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, area: areaOf(path), text, imports: importsOf(path, text) };
});

/** Describes every import that a rule forbids. */
function offences(breaks: (source: Source, imported: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports
      .filter((imported) => breaks(source, imported))
      .map(({ from }) => `${source.path} imports ${from}`),
  );
}

const isLocal = ({ from }: Import) => from.startsWith('lib/') || from.startsWith('bin/');

test('sources and their imports are found', () => {
  assert.ok(sources.length > 50);
  assert.ok(offences((_, imported) => isLocal(imported)).length > 100);
  const known = new Set(sources.map(({ path }) => path));
  assert.deepEqual(
    offences((_, imported) => isLocal(imported) && !known.has(imported.from)),
    [],
  );
});

describe('allowed imports', () => {
  for (const [area, may] of Object.entries(allowed))
    test(area, () => {
      const found = offences((source, imported) => {
        if (source.area !== area || !isLocal(imported)) return false;
        const to = areaOf(imported.from);
        const ways = [to, imported.from.replace(/^lib\//, ''), ...(imported.types ? [`${to} (types)`] : [])];
        return to !== area && !groundFloor.includes(to) && !ways.some((way) => may.includes(way));
      });
      assert.deepEqual(found, []);
    });

  test('the table lists every area', () => {
    assert.deepEqual(
      [...new Set(sources.map(({ area }) => area))].filter(
        (area) => !(area in allowed) && !groundFloor.includes(area),
      ),
      [],
    );
  });

  test('a ground-floor file imports only those before it', () => {
    const found = offences(({ area }, imported) => {
      const own = groundFloor.indexOf(area);
      return own >= 0 && isLocal(imported) && !groundFloor.slice(0, own).includes(areaOf(imported.from));
    });
    assert.deepEqual(found, []);
  });

  test('every rule of the table is used', () => {
    const used = new Set(
      sources.flatMap(({ area, imports }) => imports.map(({ from }) => `${area} → ${areaOf(from)}`)),
    );
    const unused = Object.entries(allowed).flatMap(([area, may]) =>
      may
        .map((to) => `${area} → ${to.endsWith('.ts') ? areaOf(`lib/${to}`) : to.replace(' (types)', '')}`)
        .filter((rule) => !used.has(rule)),
    );
    assert.deepEqual(unused, []);
  });

  test('the table has no cycle', () => {
    const below = (area: string, seen: string[]): void => {
      assert.ok(!seen.includes(area), [...seen, area].join(' → '));
      // An inner area may use the files at its folder's root. The test below finds cycles of files.
      const next = (allowed[area] ?? [])
        .map((to) => (to.endsWith('.ts') ? areaOf(`lib/${to}`) : to.replace(' (types)', '')))
        .filter((to) => !area.startsWith(`${to}/`));
      for (const to of next) below(to, [...seen, area]);
    };
    for (const area of Object.keys(allowed)) below(area, []);
  });
});

test('no import cycles, including types and dynamic imports', () => {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) return void found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (done.has(path)) return;
    for (const imported of byPath.get(path)?.imports ?? [])
      if (isLocal(imported)) visit(imported.from, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  assert.deepEqual(found, []);
});

test('no wire format imports another', () => {
  const formatOf = (path: string) => /^lib\/wire\/(?!encode|decode)([^/]+)\//.exec(path)?.[1];
  const found = offences(({ path }, { from }) => {
    const [mine, theirs] = [formatOf(path), formatOf(from)];
    return mine !== undefined && theirs !== undefined && mine !== theirs;
  });
  assert.deepEqual(found, []);
});

test('pure areas import nothing from Node and no package', () => {
  assert.deepEqual(
    offences(({ area }, imported) => pure.has(area) && !isLocal(imported)),
    [],
  );
});

test('pure areas use no clock, no random numbers and no process state', () => {
  // Comments and properties of the same name do not count. `new Date(time)` reads no clock.
  const impure =
    /(?<![.\w])(?:Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|setInterval|process\.|crypto\.|fetch\(|globalThis|Buffer\.)/;
  const found = sources.filter(({ area, text }) => {
    const code = text.replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*$/gm, '');
    return pure.has(area) && impure.test(code);
  });
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
});

test('errors.ts imports nothing', () => {
  assert.deepEqual(
    offences(({ path }) => path === 'lib/errors.ts'),
    [],
  );
});

test('only the proxy imports undici', () => {
  assert.deepEqual(
    offences(({ area }, { from }) => from === 'undici' && area !== 'proxy'),
    [],
  );
});

test('no file or folder is called utils, helpers, common, manager, service or converter', () => {
  const empty = /^(?:.*[-_.])?(?:utils?|helpers?|common|misc|managers?|services?|converters?)(?:[-_.].*)?$/i;
  // A command has the name that users type: `occ service`.
  const found = sources.filter(({ path }) =>
    path
      .replace(/^lib\/commands\/service\/(?:service\.ts)?/, '')
      .split('/')
      .some((part) => empty.test(part.replace(/\.ts$/, ''))),
  );
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
});

test('every file starts with a comment that says what it does', () => {
  const silent = sources.filter(({ text }) => !/^(?:#!.*\n)?\/\*\*/.test(text));
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  );
});

describe('files are small', () => {
  const lengths = sources
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .sort((a, b) => a.lines - b.lines);

  test('none has more than 300 lines, except for generated data', () => {
    const generated = /^lib\/catalog\/bundled.*\.ts$/;
    const long = lengths.filter(({ path, lines }) => lines > 300 && !generated.test(path));
    assert.deepEqual(long, []);
  });

  test('half of them have fewer than 150', () => {
    assert.ok((lengths[Math.floor(lengths.length / 2)]?.lines ?? 0) < 150);
  });
});
