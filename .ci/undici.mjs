/**
 * The part of undici that the program uses. Its index.js also loads fetch, WebSocket, caches, mocks and what they need of
 * Node.js, which would be half of the time until the first request, and several megabytes.
 */
import { readFileSync } from 'node:fs';

/** The one thing that index.js does to what it exports. */
const mixin = 'Object.assign(Dispatcher.prototype, api)';

const code = `
const Dispatcher = require('./lib/dispatcher/dispatcher');
const api = require('./lib/api');
${mixin};
exports.Agent = require('./lib/dispatcher/agent');
exports.buildConnector = require('./lib/core/connect');
`;

/** The plugin of the bundler that takes this instead. */
export const partOfUndici = {
  name: 'part-of-undici',
  load: {
    filter: { id: /\/node_modules\/undici\/index\.js$/ },
    handler(id) {
      if (!readFileSync(id, 'utf8').includes(mixin))
        throw new Error('undici has changed: compare its index.js');
      return { code, moduleType: 'js' };
    },
  },
};
