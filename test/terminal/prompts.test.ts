/** Tests the questions of occ on a scripted terminal: answers, leaving, colour, and the state of the terminal after them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OccError } from '../../lib/errors.ts';
import { openPrompts, type Prompts } from '../../lib/terminal/prompts.ts';
import { loadStyle } from '../../lib/terminal/style.ts';
import { keys, typist, type Typist } from '../support/typist.ts';

const left = 'nothing was written';
const choices = [
  { value: '1', label: 'the first' },
  { value: '2', label: 'the second' },
] as const;

const questions: Record<string, (prompts: Prompts) => Promise<unknown>> = {
  select: (prompts) => prompts.select('Which?', choices),
  press: (prompts) => prompts.press('Which?', choices),
  hidden: (prompts) => prompts.hidden('Which?', () => undefined),
  text: (prompts) => prompts.text('Which?', { check: () => undefined }),
  confirm: (prompts) => prompts.confirm('Which?'),
};

async function promptsOn(terminal: Typist, color = false): Promise<Prompts> {
  return openPrompts(terminal, { stderrStyle: await loadStyle(color ? 1 : 0) }, left);
}

const answers: [question: string, typed: string, answer: unknown][] = [
  ['select', keys.enter, '1'],
  ['select', keys.down + keys.enter, '2'],
  ['press', '2', '2'],
  ['press', keys.enter, '1'],
  ['hidden', `sk-secret${keys.enter}`, 'sk-secret'],
  ['text', `https://one.test${keys.enter}`, 'https://one.test'],
  ['confirm', keys.enter, true],
  ['confirm', 'y', true],
  ['confirm', 'n', false],
];

for (const [question, typed, answer] of answers) {
  for (const columns of [0, 1, 20, 80]) {
    test(`${question} answered with ${JSON.stringify(typed)} on ${columns} columns`, async () => {
      const terminal = typist([[/Which\?/, typed]], columns);
      assert.equal(await questions[question]?.(await promptsOn(terminal)), answer);
      assert.ok(terminal.written().length < 5000);
      assert.doesNotMatch(terminal.text(), /sk-secret/);
      assertSane(terminal);
    });
  }
}

/** The terminal is as a shell expects it, and nothing listens to it any more. */
function assertSane(terminal: Typist): void {
  assert.equal(terminal.raw(), false, 'not raw');
  assert.equal(terminal.cursorHidden(), false, 'the cursor is visible');
  assert.equal(terminal.stderr.listenerCount('resize'), 0);
  assert.equal(terminal.stdin.listenerCount('end') <= 1, true);
}

describe('a question that is left', () => {
  for (const [question, ask] of Object.entries(questions)) {
    for (const key of ['escape', 'ctrlC', 'ctrlD'] as const) {
      test(`${question}, by ${key}`, async () => {
        const terminal = typist([[/Which\?/, keys[key]]]);
        await assert.rejects(ask(await promptsOn(terminal)), isInterrupted(130));
        assertSane(terminal);
      });
    }
    test(`${question}, by the end of the input`, async () => {
      const terminal = typist();
      const asked = ask(await promptsOn(terminal));
      terminal.stdin.end();
      await assert.rejects(asked, isInterrupted(130));
      assertSane(terminal);
    });
    test(`${question}, after the end of the input`, async () => {
      const terminal = typist();
      terminal.stdin.end().resume();
      await new Promise((resolve) => terminal.stdin.once('end', resolve));
      await assert.rejects(ask(await promptsOn(terminal)), isInterrupted(130));
      assertSane(terminal);
    });
    test(`${question}, by a signal`, async () => {
      const terminal = typist([[/Which\?/, '']]);
      const before = process.listenerCount('SIGTERM');
      const asked = ask(await promptsOn(terminal));
      const check = assert.rejects(asked, isInterrupted(143));
      while (process.listenerCount('SIGTERM') === before) await new Promise(setImmediate);
      process.emit('SIGTERM');
      await check;
      assert.equal(process.listenerCount('SIGTERM'), before);
      assertSane(terminal);
    });
  }

  function isInterrupted(exitCode: number) {
    return (error: unknown): boolean => {
      assert.ok(error instanceof OccError);
      assert.deepEqual([error.code, error.exitCode, error.message], ['interrupted', exitCode, left]);
      return true;
    };
  }
});

test('an answer that does not pass the check is asked for again', async () => {
  const terminal = typist([
    [/Key/, keys.enter],
    [/expected a key/, `sk-1${keys.enter}`],
  ]);
  const prompts = await promptsOn(terminal);
  const check = (answer: string) => (answer === '' ? 'expected a key' : undefined);
  assert.equal(await prompts.hidden('Key', check), 'sk-1');
});

test('colour is drawn only where it is wanted', async (t) => {
  // The library decides by the process, which has no terminal here.
  const { FORCE_COLOR } = process.env;
  process.env['FORCE_COLOR'] = '1';
  t.after(() => {
    if (FORCE_COLOR === undefined) delete process.env['FORCE_COLOR'];
    else process.env['FORCE_COLOR'] = FORCE_COLOR;
  });
  for (const color of [false, true]) {
    const terminal = typist([[/Which\?/, keys.enter]]);
    const prompts = await promptsOn(terminal, color);
    await questions['select']?.(prompts);
    // oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
    assert.equal(/\u001b\[\d+m/.test(terminal.written()), color);
  }
});
