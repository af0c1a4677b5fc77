/** The Responses reader of sent.ts: reads only deltas, in the order of their items. */
import { asText, type LooseJson } from '../loose-json.ts';
import type { Call, Sent } from '../sent-shape.ts';

export function responsesReader(sent: Sent): (json: LooseJson) => void {
  const calls = new Map<unknown, Call>();
  return (json) => {
    const delta = asText(json['delta']);
    switch (asText(json['type'])) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        sent.text += delta;
        return;
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        sent.thinking += delta;
        return;
      case 'response.output_item.added': {
        const item = json['item'];
        if (asText(item?.['type']) !== 'function_call') return;
        const call = { name: asText(item?.['name']), args: '' };
        calls.set(json['output_index'], call);
        sent.calls.push(call);
        return;
      }
      case 'response.function_call_arguments.delta': {
        const call = calls.get(json['output_index']);
        if (call) call.args += delta;
        return;
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        sent.complete = true;
    }
  };
}
