/** What OpenCode's gateway checks before it answers, for strict emulators. */
import type { IncomingHttpHeaders } from 'node:http';
import type { WireFormat } from '../wire/formats.ts';
import { refuse, type Answer } from './answer.ts';
import type { EmulatedFormat } from './formats/format.ts';

export type ServedModels = Readonly<Record<string, readonly WireFormat[]>>;

/** The models of an emulator by default. */
export const emulatorModels: ServedModels = { 'emulator-chat': ['chat'], 'emulator-messages': ['messages'] };

/** The gateway's refusal of a request; undefined if it is valid. Like the gateway, checks the model before the key. */
export function gatewayRefusal(
  model: string,
  headers: IncomingHttpHeaders,
  format: EmulatedFormat,
  served: ServedModels,
): Answer | undefined {
  const formats = served[model];
  if (!formats)
    return refuse(401, { type: 'ModelError', message: `Model ${model || '{{model}}'} is not supported` });
  if (!formats.includes(format.format)) {
    const message = `Model ${model} is not supported for format ${format.gatewayName}`;
    return refuse(401, { type: 'ModelError', message });
  }
  const key = headers[format.keyHeader];
  if (!key || (format.keyHeader === 'authorization' && !/^Bearer \S/.test(String(key)))) {
    return refuse(401, { type: 'AuthError', message: 'Missing API key.' });
  }
  if (!headers['x-opencode-session'] && !headers['x-session-affinity']) {
    return refuse(400, {
      type: 'MissingSessionID',
      message: 'Request is missing x-opencode-session and cannot be routed efficiently.',
    });
  }
  return undefined;
}

/** The list of models as the gateway sends it. */
export function modelList(served: ServedModels, created: number): object {
  const data = Object.keys(served).map((id) => ({ id, object: 'model', created, owned_by: 'opencode' }));
  return { object: 'list', data };
}
