/** A configured address that leads to no API, and how to correct it. */
import type { LoadedSettings } from '../../../config/load.ts';
import type { NetworkFault } from '../../../proxy/policy/network-faults.ts';
import { isPlainWord } from '../../../shell-word.ts';
import { formats, type WireFormat } from '../../../wire/formats.ts';
import { loadedIn, type Context, type Problem, type Remedy, type Subject } from '../../check.ts';
import { isOpencode, pathOfSetting, sectionOf } from '../provider.ts';

/** An address from the configuration must be corrected there. A default address is unreachable for another reason. */
export function wrongAddress(
  context: Pick<Context, 'loaded'>,
  { name }: Subject,
  format: WireFormat,
  url: string,
  summary: string,
  fault?: NetworkFault,
): Problem {
  const loaded = loadedIn(context);
  // The key for this format, or else the one for any.
  const key = formats[format].urlKey?.name ?? 'base_url';
  const path = pathOfSetting(loaded, name, key) ?? pathOfSetting(loaded, name, 'base_url');
  const found = (remedy: Remedy): Problem => ({ level: 'fail', summary, fault: 'client', remedy });
  if (path === undefined) return found(online(new URL(url).origin));
  const better = otherScheme(loaded, path, fault);
  if (better !== undefined)
    return found({ text: `correct the scheme of ${path}`, commands: [`occ config set ${path} ${better}`] });
  return found(
    isOpencode(name)
      ? {
          text: `remove ${path}, so that the default address is used`,
          commands: [`occ config unset ${path}`],
        }
      : {
          text: `set ${path} to the address of the API`,
          commands: [`occ config set ${sectionOf(path)}.base_url https://…`],
        },
  );
}

function online(address: string): Remedy {
  const text =
    'check that this machine is online, and open a page in a browser in case the network requires a login; behind a proxy, HTTPS_PROXY must name it';
  return { text, commands: [`curl -sSI ${address}`] };
}

/** The configured address with http instead of https or the reverse, if that is what is wrong with it. */
function otherScheme(
  { values }: Pick<LoadedSettings, 'values'>,
  path: string,
  fault: NetworkFault | undefined,
): string | undefined {
  const value = values[path];
  if (typeof value !== 'string' || !isPlainWord(value)) return undefined;
  if (fault?.kind === 'needs_tls') return value.replace(/^http:/i, 'https:');
  return fault?.kind === 'no_tls' ? value.replace(/^https:/i, 'http:') : undefined;
}
