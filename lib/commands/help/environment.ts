/** `occ help environment`. */
import { environmentVariables } from '../../config/file/environment.ts';
import { joinBlocks, renderColumns, renderParagraph, type Row } from '../../terminal/columns.ts';

/** The variables that are no keys of the configuration, by what they are for. */
const others: Readonly<Record<string, readonly Row[]>> = {
  'Files and directories': [
    ['OCC_CONFIG', 'the configuration file, instead of the default place; --config takes precedence'],
    ['XDG_CONFIG_HOME', 'the configuration is in its subdirectory occ; ~/.config by default'],
    ['XDG_STATE_HOME', 'the log is in its subdirectory occ; ~/.local/state by default'],
    ['XDG_CACHE_HOME', 'lists of models are in its subdirectory occ; ~/.cache by default'],
    [
      'XDG_RUNTIME_DIR',
      'the records of running proxies are in its subdirectory occ; with the log by default',
    ],
    ['HOME', 'your home directory'],
    ['APPDATA, LOCALAPPDATA', 'on Windows, instead of ~/.config and ~/.local/state'],
    ['CLAUDE_CONFIG_DIR', "where Claude Code's settings are looked for"],
    ['CLAUDE_CODE_SESSION_ID, COLUMNS', 'the session and the width of occ statusline; Claude Code sets them'],
  ],
  Network: [
    [
      'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY',
      'the proxy for requests to providers with https://, with http://, with both; never for addresses of this machine. In lower case they come first.',
    ],
    [
      'NO_PROXY',
      'hosts that are requested without that proxy, separated by commas or blanks: a name with everything below it, an address, a network such as 10.0.0.0/8, each with a port if only that is meant, or *',
    ],
    ['ANTHROPIC_BASE_URL', 'inside a client of occ: the proxy that occ why asks'],
    ['OLLAMA_HOST', 'where occ and occ config init look for Ollama on this computer'],
    ['NODE_EXTRA_CA_CERTS', 'a file of further certificate authorities (PEM), read by Node.js as it starts'],
    [
      'NODE_USE_SYSTEM_CA',
      '1: the certificate authorities of the system count, too; from Node.js 22.19 and 24.6 on',
    ],
    [
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'has no effect on requests to providers: certificates are always verified',
    ],
  ],
  Traces: [
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'the collector that gets a trace of each request, as OTLP over HTTP with JSON, such as http://127.0.0.1:4318; none is sent unless it is set',
    ],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'headers for the collector: name=value, separated by commas, percent-encoded',
    ],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'milliseconds for one request to it; 10000 by default'],
    [
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'http/json is sent for http/protobuf, too, and nothing for grpc. Of these four, OTEL_EXPORTER_OTLP_TRACES_… takes precedence; the endpoint there is the whole address.',
    ],
    ['OTEL_SERVICE_NAME', 'the name of the service; occ by default'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'further attributes of it: name=value, separated by commas'],
    [
      'OTEL_TRACES_SAMPLER',
      'always_on, always_off, traceidratio, each also with parentbased_ before it; parentbased_always_on by default. OTEL_TRACES_SAMPLER_ARG is the share of traceidratio, from 0 to 1.',
    ],
    ['OTEL_PROPAGATORS', 'without tracecontext in it, the trace of the client is not continued'],
    ['OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER', 'no traces are sent with true, or with none'],
  ],
  Terminal: [
    ['NO_COLOR', 'no colour, if it is not empty; --no-color is the same'],
    [
      'FORCE_COLOR',
      'colour even without a terminal: 1, 2 or 3 for 16, 256 or 16 million colours, 0 for none',
    ],
    ['TERM', 'dumb: no colour'],
    ['CI', 'set by CI systems: no spinners'],
    ['VISUAL, EDITOR', 'the editor of occ config edit'],
    ['TMPDIR', 'where the copy that it edits is; /tmp by default'],
    ['SHELL', 'the shell of occ completion without an argument'],
    ['PATH', 'where Claude Code and npx are looked for'],
  ],
};

const intro =
  'An option takes precedence over a variable, a variable over the configuration file, and the file over the default. Of several names of a setting, the first one that is set is used. A variable that is empty counts as not set.';

const keysIntro =
  'In the configuration, ${NAME} in a text value stands for any variable, and ${NAME:-text} has a default. The variables of your provider keys are removed from the environment of a launched client, unless --keep-env is given.';

export function renderEnvironment(width: number): string[] {
  const settings = environmentVariables.map(({ path, names }): Row => [names.join(', '), `sets ${path}`]);
  return joinBlocks([
    ['Environment variables'],
    renderParagraph(intro, width),
    section('Settings', settings, width),
    ...Object.entries(others).map(([title, rows]) => section(title, rows, width)),
    renderParagraph(keysIntro, width),
  ]);
}

/** The column of the variables; longer lists of names stand above their meaning. */
const termColumn = 24;

function section(title: string, rows: readonly Row[], width: number): string[] {
  const lines = rows.flatMap((row) =>
    renderColumns([row], { width, termWidth: row[0].length > termColumn ? width : termColumn }),
  );
  return [title].concat(lines);
}
