/** What is refused although it is well formed, and what works but may surprise. */
import { defaultModels } from './defaults.ts';
import { isLoopback } from '../../loopback.ts';
import type { NormalFile } from './normalize.ts';
import type { FoundConfig } from '../paths.ts';
import type { Problem } from '../settings.ts';

/** A proxy that the network can reach spends the key for whoever finds it. */
export function findDangers({ host = '', auth_token }: NormalFile): Problem[] {
  if (isLoopback(host) || auth_token) return [];
  return [
    {
      path: 'host',
      message: `found ${JSON.stringify(host)}, which others can reach, without auth_token; expected a loopback address such as 127.0.0.1`,
      remedy: 'set auth_token (or OCC_AUTH_TOKEN), or listen on 127.0.0.1',
    },
  ];
}

/** `effective` is what counts in the end, `file` what was written. */
export function findSurprises(
  effective: NormalFile,
  file: NormalFile,
  source: FoundConfig | undefined,
): Problem[] {
  const found: Problem[] = [];
  if (source?.legacy) {
    found.push({
      path: '',
      message: `read from ${source.file}, which belongs to another tool and is never written`,
      remedy: 'copy it to ~/.config/occ/config.json to make it yours',
    });
  }
  if (effective.enable_streaming_scenario_routing === false) {
    found.push({
      path: 'enable_streaming_scenario_routing',
      message:
        'is false: streaming requests go to fast (or long_context), sub-agents and tool-heavy work included',
      remedy: 'leave the line out, or set it to true',
    });
  }
  if (file.models !== undefined && file.models['default'] === undefined) {
    const { provider, model_id } = defaultModels.default;
    found.push({
      path: 'models.default',
      message: `is not configured; what no other scenario takes goes to ${provider}/${model_id}`,
      remedy: 'add models.default',
    });
  }
  return found;
}
