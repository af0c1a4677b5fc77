/** What to do about a network that does not lead to a provider: for each fault who is at fault, and a remedy that ends it. */
import type { NetworkFault } from '../../../proxy/policy/network-faults.ts';
import type { Problem, Remedy, Side } from '../../check.ts';
import { systemCaSupport } from '../machine/certificates.ts';

/**
 * The side and the remedy; undefined for a fault of the configured address (`no_tls`, `needs_tls`, `no_http`, `redirect`),
 * which has another remedy for each provider.
 */
export function networkRemedy(fault: NetworkFault, url: URL): Pick<Problem, 'fault' | 'remedy'> | undefined {
  const by = (side: Side, text: string, commands: Remedy['commands']) => ({
    fault: side,
    remedy: { text, commands },
  });
  const at = `${url.hostname}:${url.port || '443'}`;
  const showCertificate = `openssl s_client -connect ${at} -showcerts </dev/null`;
  switch (fault.kind) {
    case 'unknown_issuer':
      return by('client', trustText(), trustCommands());
    case 'expired':
      return fault.code === 'CERT_NOT_YET_VALID'
        ? by('client', 'set the clock of this machine; if it is right, wait', ['date'])
        : by(
            fault.ofProxy ? 'client' : 'provider',
            'compare the dates of the certificate with the clock; if the clock is right, its owner has to renew it',
            ['date', `${showCertificate} | openssl x509 -noout -dates`],
          );
    case 'wrong_name':
      return by(
        'client',
        'open a page in a browser, in case the network requires a login; otherwise correct the address of the provider or of the proxy',
        [`${showCertificate} | openssl x509 -noout -subject -ext subjectAltName`],
      );
    case 'certificate':
    case 'tls':
      return by(fault.ofProxy ? 'client' : 'provider', 'see what the server presents', [showCertificate]);
    case 'proxy_login':
    case 'proxy_password':
      return by('client', loginText, [typedProxy(fault)]);
    case 'proxy_scheme':
      return by(
        'client',
        'run a local proxy that logs in by NTLM or Kerberos, such as px or cntlm, and name it here',
        [`export ${fault.variable ?? 'HTTPS_PROXY'}=http://127.0.0.1:3128`],
      );
    case 'proxy_refused':
      return by(
        'client',
        `ask who runs the proxy to let ${at} through, or reach it without the proxy if this network allows that`,
        [addBypass(url)],
      );
    case 'proxy_no_way':
      return by('client', 'try the same way with another program; who runs the proxy has to look at it', [
        tryCurl(url),
      ]);
    case 'proxy_down':
    case 'proxy_silent':
    case 'proxy_broken':
      return by(
        'client',
        `check ${fault.variable ?? 'HTTPS_PROXY'}, and connect to the network (or VPN) of the proxy; outside of it, unset the variable`,
        [tryCurl(url), unset(fault)],
      );
    case 'proxy_variable':
      return by('client', 'correct the variable, or unset it', [unset(fault)]);
    default:
      return fault.ofProxy ? by('client', 'correct the scheme of the proxy', [unset(fault)]) : undefined;
  }
}

function trustText(): string {
  const { variable } = systemCaSupport(process.versions.node);
  const system = variable ? ', or NODE_USE_SYSTEM_CA=1 if this machine trusts it already' : '';
  return `if a company proxy inspects TLS, or the server has a certificate of its own: get the file of its authority (PEM), and set NODE_EXTRA_CA_CERTS to it where occ is started${system}; a proxy that runs already has to be restarted`;
}

function trustCommands(): Remedy['commands'] {
  const { variable } = systemCaSupport(process.versions.node);
  return [
    'export NODE_EXTRA_CA_CERTS=/path/to/authority.pem',
    ...(variable ? ['export NODE_USE_SYSTEM_CA=1'] : []),
    'occ restart',
  ];
}

const loginText =
  'enter the proxy with its user name and password, as http://user:password@host:port, with %40 for @ and so on (it is not shown, and not kept in the history of the shell); a proxy that runs already has to be restarted from there';

/** The value is typed, and not part of the command. */
function typedProxy({ variable = 'HTTPS_PROXY' }: NetworkFault): string {
  return `read -rs ${variable} && export ${variable} && unset ${variable.toLowerCase()}`;
}

function unset({ variable = 'HTTPS_PROXY' }: NetworkFault): string {
  return `unset ${variable} ${variable.toLowerCase()}`;
}

function addBypass({ hostname }: URL): string {
  return `export NO_PROXY="\${no_proxy:-$NO_PROXY},${hostname.replace(/^\[|\]$/g, '')}"; export no_proxy="$NO_PROXY"`;
}

/** curl reads the proxy and its password from the environment. */
function tryCurl({ origin }: URL): string {
  return `curl -sSI ${origin}`;
}
