/** Items of type `function_call`. A call begins on the client when its name is known; its arguments stay text (L9). */
import { clientToolId } from '../../anthropic/provenance.ts';
import { toText } from '../../json.ts';
import type { Output, Surroundings } from './output-item.ts';
import { parts } from './item-texts.ts';

/** `wait` counts characters of arguments that wait for a name, and those that wait no more. */
export function callItem(
  key: string,
  { answer, prose, origin, toClient, drop }: Surroundings,
  wait: (characters: number) => void,
): Output {
  let id = '';
  let name = '';
  let begun = false;
  let early: string[] = [];
  const texts = parts((args) => {
    if (begun) return void answer.delta(key, { type: 'input_json_delta', partial_json: args });
    early.push(args);
    wait(args.length);
  }, drop);

  function announced(item: Parameters<Output['announced']>[0]): void {
    if (begun) return;
    id = toText(item['call_id']) || id || toText(item['id']);
    name = toText(item['name']) || name;
    if (name !== '') begin();
  }

  function begin(): void {
    begun = true;
    prose.pause();
    const callId = id === '' ? '' : clientToolId(id, origin);
    answer.open(key, { type: 'tool_use', id: callId, name: toClient(name), input: {} });
    for (const args of early) {
      wait(-args.length);
      answer.delta(key, { type: 'input_json_delta', partial_json: args });
    }
    early = [];
  }

  return {
    piece: (_, __, text) => texts.piece(0, text),
    whole: (_, __, text) => texts.whole(0, text),
    announced,
    complete(item) {
      announced(item);
      texts.whole(0, toArguments(item['arguments']));
      // A call that came without arguments may still get some with the response: only the end can tell.
      if (texts.said().trim() !== '') answer.close(key);
    },
    fits: (item) =>
      (name === '' || toText(item['name']) === name) && texts.fits([toArguments(item['arguments'])]),
    silent: () => texts.said() === '',
  };
}

/** A server that sends arguments as an object is taken at its word. */
export function toArguments(args: unknown): string {
  if (typeof args === 'string') return args;
  return typeof args === 'object' && args !== null ? JSON.stringify(args) : '';
}
