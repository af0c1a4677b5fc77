/** Stands in for `node:test`: counts the tests that a file declares without running them, and prints the number at the end. */
let tests = 0;

export function describe(_name, ...rest) {
  rest.at(-1)();
}

export function test() {
  tests++;
}

export function before() {}

export function after() {}

process.on('exit', () => console.log(tests));
