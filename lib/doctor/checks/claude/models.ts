/** The model that answers a turn of the real client: the emulator, a configured one, or first one and then the other. */
import { startAlone } from './fault-of-turn.ts';
import { onlyModel } from '../../bench/emulated.ts';
import { routeOf } from '../../bench/live.ts';
import type { ModelEntry, Settings } from '../../../config/settings.ts';
import { emulatedFormats } from '../../../emulator/formats.ts';
import type { ReceivedRequest } from '../../../emulator/received-request.ts';
import { call, say, think, type Script } from '../../../emulator/script.ts';
import { startEmulator } from '../../../emulator/server.ts';
import { withEmulator } from '../../../emulator/settings.ts';
import type { WireFormat } from '../../../wire/formats.ts';
import { loadedIn, type Context, type Subject } from '../../check.ts';
import { CheckFailure, NotObserved } from '../../laws/fault.ts';

export interface TurnModel {
  live: boolean;
  /** For messages: `opencode-go/glm-5.3`. */
  name: string;
  format: WireFormat;
  gateway: boolean;
  settings: Settings;
  /** The error if the turn ended, but the model did not do what it was asked for. Only a real one may decide that. */
  notDone(what: string): Error;
}

/** The configured model, or without one an emulated model in this format. */
export async function modelOf(
  context: Context,
  { model, provider, name }: Subject,
  emulated: 'chat' | 'messages' = 'chat',
): Promise<TurnModel> {
  const { url } = await context.emulator();
  const settings = withEmulator(loadedIn(context).settings, url);
  if (model === undefined)
    return {
      live: false,
      name: 'the emulator',
      format: emulated,
      gateway: false,
      settings: onlyModel(settings, emulatedModel(`doctor-${emulated}`, emulated)),
      notDone: (what) => new CheckFailure('client', `Claude Code ${what}`, { remedy: startAlone }),
    };
  return {
    live: true,
    name,
    format: routeOf({ model, name, ...(provider && { provider }) }).format,
    gateway: provider?.gateway === true,
    settings: onlyModel(settings, model),
    notDone: (what) => new NotObserved(`${name} ${what}`),
  };
}

export interface SwitchingModel extends AsyncDisposable {
  /** Those of the first model until it has called a tool, then those of the second. */
  settings: () => Settings;
  switched(): boolean;
  /** How many requests the first model has received. */
  requests(): number;
  /** What must not reach the second model: the signature as it was made, and as the client stores it. */
  signatures: readonly string[];
}

const signature = 'b2NjIGRvY3RvcjogdGhlIHNpZ25hdHVyZSBvZiBhbm90aGVyIHByb3ZpZGVy';

/** A model of a provider of its own, in Anthropic's format, that thinks and calls a tool; `then` continues the turn. */
export async function switchingModel(context: Context, then: TurnModel): Promise<SwitchingModel> {
  let isSwitched = false;
  let received = 0;
  const emulator = await startEmulator({
    keep: 1,
    script({ conversation }: ReceivedRequest): Script {
      received++;
      if (!conversation.tools.some((tool) => tool.name === 'Bash')) return [say('A title')];
      isSwitched = true;
      return [think('A command will tell.', signature), call('Bash', { command: 'echo hello from occ' })];
    },
  });
  const base = withEmulator(loadedIn(context).settings, emulator.url);
  const entry = emulatedModel('doctor-first', 'messages');
  const first = onlyModel(base, entry);
  return {
    settings: () => (isSwitched ? then.settings : first),
    switched: () => isSwitched,
    requests: () => received,
    signatures: [signature, 'occ1.'],
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

function emulatedModel(model_id: string, format: 'chat' | 'messages'): ModelEntry {
  const quirks = emulatedFormats[format]?.quirks;
  return { provider: 'emulator', model_id, wire_format: format, ...(quirks && { quirks }) };
}
