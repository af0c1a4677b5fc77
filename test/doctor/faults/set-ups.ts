/** Machines on which nothing is wrong: doctor must neither warn nor fail. */
import { refuse } from '../../../lib/emulator/answer.ts';
import { authority } from '../../support/certificates.ts';
import { companyProxy, listening } from '../../support/company-proxy.ts';
import { goConfig, startProvider, type ProviderOptions } from '../emulated-provider.ts';
import { validKey } from './configuration.ts';
import type { Bed } from './fault.ts';
import { createServer } from 'node:tls';
import { connect } from 'node:net';

export interface SetUp {
  /** For the table. */
  name: string;
  prepare: (bed: Bed) => void | Promise<void>;
}

/** A provider without OpenCode's deviations. It serves every model except the one that doctor invents. */
const plain: ProviderOptions = {
  strict: false,
  flavour: 'plain',
  answer: ({ conversation }) =>
    conversation.model.includes('no-such-model')
      ? refuse(404, { message: 'there is no such model' })
      : undefined,
};

const quirks = { thinking: 'effort', replayReasoning: 'always' };

/** One provider in one format. */
function only(wire_format: string, path: string, entry: object = {}): SetUp {
  return {
    name: `One provider that speaks only ${wire_format}`,
    async prepare(bed) {
      const { url } = await startProvider(bed.t, plain);
      bed.configure({
        models: { default: { provider: 'mine', model_id: 'some-model', ...entry } },
        providers: { mine: { api_key: validKey, wire_format, base_url: url + path } },
      });
    },
  };
}

export const setUps: readonly SetUp[] = [
  {
    name: 'The emulator alone',
    prepare: (bed) =>
      void bed.configure({
        models: { default: { provider: 'emulator', model_id: 'any', wire_format: 'chat' } },
      }),
  },
  only('chat', '/v1', { quirks }),
  only('messages', '', { quirks: { thinking: 'adaptive' } }),
  only('responses', '/v1'),
  only('gemini', ''),
  {
    name: 'A local server that needs no key',
    async prepare(bed) {
      const { url } = await startProvider(bed.t, plain);
      bed.configure({
        models: { default: { provider: 'ollama', model_id: 'qwen3-coder:30b' } },
        providers: { ollama: { base_url: `${url}/v1` } },
      });
    },
  },
  {
    name: 'The key from the environment',
    async prepare(bed) {
      const { url } = await startProvider(bed.t);
      bed.configure({ ...goConfig(url), api_key: undefined });
      bed.env['OPENCODE_API_KEY'] = validKey;
    },
  },
  {
    name: 'A provider behind a company proxy that inspects TLS, with its authority',
    async prepare(bed) {
      const company = authority();
      bed.t.after(() => company[Symbol.dispose]());
      const { port } = await startProvider(bed.t, plain);
      // The end of TLS, in front of the provider.
      const front = createServer(company.issue('provider.example'), (socket) => {
        const behind = connect(port, '127.0.0.1');
        behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
        socket.on('error', () => behind.destroy()).on('close', () => behind.destroy());
        socket.pipe(behind).pipe(socket);
      });
      const { address } = await companyProxy(bed.t, { to: await listening(bed.t, front) });
      Object.assign(bed.env, {
        HTTPS_PROXY: `http://me:p%40ss@${address}`,
        NO_PROXY: 'localhost,127.0.0.1,::1',
        NODE_EXTRA_CA_CERTS: company.file,
      });
      bed.configure({
        models: { default: { provider: 'mine', model_id: 'some-model', quirks } },
        providers: {
          mine: { api_key: validKey, wire_format: 'chat', base_url: 'https://provider.example/v1' },
        },
      });
    },
  },
  {
    name: 'A configuration that Windows wrote: UTF-16 with a byte order mark, comments and CRLF',
    async prepare(bed) {
      const { url } = await startProvider(bed.t);
      const text = `// my models\r\n${JSON.stringify(goConfig(url), undefined, 2).replaceAll('\n', '\r\n')}\r\n`;
      bed.configure(Buffer.from(`\ufeff${text}`, 'utf16le'));
    },
  },
  {
    name: 'allowed_hosts, a token, and another port',
    async prepare(bed) {
      const { url } = await startProvider(bed.t);
      bed.configure({
        ...goConfig(url),
        port: 0,
        auth_token: 'a-token-of-my-own-0123456789',
        allowed_hosts: ['my-nas.local'],
      });
    },
  },
  {
    name: 'Two providers, each with fallbacks of the other',
    async prepare(bed) {
      const [go, mine] = await Promise.all([startProvider(bed.t), startProvider(bed.t, plain)]);
      const other = { provider: 'mine', model_id: 'some-model', quirks };
      bed.configure({
        ...goConfig(go.url),
        providers: { mine: { api_key: validKey, wire_format: 'chat', base_url: `${mine.url}/v1` } },
        fallbacks: { default: [other], long_context: [other] },
      });
    },
  },
  {
    name: 'XDG folders with spaces, quotes and umlauts',
    async prepare(bed) {
      const { url } = await startProvider(bed.t);
      const folder = `${bed.at.dir}/Meine Dateien/it's größer`;
      bed.env['XDG_CONFIG_HOME'] = `${folder}/config`;
      bed.env['XDG_STATE_HOME'] = `${folder}/state`;
      bed.env['XDG_CACHE_HOME'] = `${folder}/cache`;
      bed.configure(goConfig(url), `Meine Dateien/it's größer/config/occ/config.json`);
    },
  },
];
