/** Checks of the effective configuration that go beyond the schema. */
import { defaultModels } from './defaults.ts';
import { isLoopback } from '../../loopback.ts';
import type { NormalFile } from './normalize.ts';
import type { FoundConfig } from '../paths.ts';
import type { Problem } from '../settings.ts';

/** Anyone who can reach the proxy can spend the key. */
export function findUnsafe({ host = '', auth_token }: NormalFile): Problem[] {
  if (isLoopback(host) || auth_token) return [];
  return [
    {
      path: 'host',
      message: `found ${JSON.stringify(host)}, which other machines can reach, without auth_token; expected a loopback address such as 127.0.0.1`,
      remedy: 'set auth_token (or OCC_AUTH_TOKEN), or listen on 127.0.0.1',
    },
  ];
}

export function findWarnings(
  effective: NormalFile,
  file: NormalFile,
  source: FoundConfig | undefined,
): Problem[] {
  const found: Problem[] = [];
  if (source?.legacy) {
    found.push({
      path: '',
      message: `read from ${source.file}, which belongs to another tool and is never written`,
      remedy: 'occ config import   takes it over into ~/.config/occ/config.json, which can be changed',
    });
  }
  if (effective.enable_streaming_scenario_routing === false) {
    found.push({
      path: 'enable_streaming_scenario_routing',
      message:
        'is false: all streaming requests go to fast (or long_context), even sub-agents and tool-heavy work',
      remedy: 'remove the line, or set it to true',
    });
  }
  if (file.models !== undefined && file.models['default'] === undefined) {
    const { provider, model_id } = defaultModels.default;
    found.push({
      path: 'models.default',
      message: `is not configured; requests that match no other scenario go to ${provider}/${model_id}`,
      remedy: 'add models.default',
    });
  }
  return found;
}
