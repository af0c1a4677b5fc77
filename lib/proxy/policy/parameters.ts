/**
 * Fields that some servers refuse, and how to send a request without them, as data. A row applies if one of its names is in
 * the refusal and it would change the request.
 */
import type { MessagesRequest } from '../../anthropic/request.ts';
import type { WireRoute } from '../../wire/formats.ts';
import type { Quirks } from '../../wire/quirks.ts';

interface Row {
  /** The field's names in the wire formats, or words that only its refusal has. */
  named: RegExp;
  route?: (route: WireRoute) => WireRoute;
  request?: (request: MessagesRequest) => MessagesRequest;
}

const quirk = (quirks: Partial<Quirks>) => (route: WireRoute) => ({
  ...route,
  quirks: { ...route.quirks, ...quirks },
});

/** More specific names first, since a refusal may mention several fields. */
const rows = {
  temperature: {
    named: /\btemperature\b/i,
    route: ({ temperature: _temperature, ...route }) => quirk({ temperature: 'omit' })(route),
  },
  top_p: { named: /\btop_?p\b/i, route: quirk({ topP: 'omit' }) },
  top_k: { named: /\btop_?k\b/i, route: quirk({ topK: 'omit' }) },
  // OpenCode Go refuses numeric bounds in tool schemas as `tool_count_limit`.
  schema_ranges: {
    named: /unsupported_tool_schema|tool_count_limit|\b(?:exclusive)?(?:minimum|maximum)\b/i,
    route: quirk({ schema: 'no_ranges' }),
  },
  max_tokens: {
    named: /\bmax_completion_tokens\b/i,
    route: (route) => {
      const [one, other] = ['max_tokens', 'max_completion_tokens'] as const;
      return quirk({ maxTokensField: route.quirks.maxTokensField === one ? other : one })(route);
    },
  },
  parallel_tool_calls: { named: /\bparallel_tool_calls\b/i, route: quirk({ parallelToolCalls: false }) },
  tool_choice: { named: /\btool_choice\b/i, route: quirk({ forcedToolChoice: false }) },
  response_format: {
    named: /\b(?:response_format|json_schema|response_?(?:json_?)?schema)\b/i,
    route: quirk({ jsonSchema: false }),
  },
  web_search: { named: /\bweb_search\w*/i, route: quirk({ webSearch: false }) },
  cache_control: { named: /\bcache_control\b/i, route: quirk({ cacheControl: false }) },
  extra_fields: { named: /extra inputs are not permitted/i, route: quirk({ strictBody: true }) },
  // One of the last resorts: without it the answer may continue beyond the stop sequence.
  stop: {
    named: /\bstop(?:_?sequences)?\b/i,
    request: ({ stop_sequences: _stop, ...request }) => request,
  },
  reasoning_replay: { named: /\breasoning_content\b/i, route: quirk({ replayReasoning: 'always' }) },
  thinking: {
    named:
      /\b(?:thinking\w*|enable_thinking|reasoning|reasoning_effort|effort|budget_tokens|output_config)\b/i,
    route: ({ thinking: _thinking, reasoningEffort: _effort, ...route }) =>
      quirk({ thinking: 'none' })(route),
  },
} satisfies Record<string, Row>;

export type Parameter = keyof typeof rows;

const table: Readonly<Record<Parameter, Row>> = rows;

/** The parameters a refusal may be about, the likeliest first: the field it names, then those its message mentions. */
export function parametersNamed(message: string, param: string | undefined): Parameter[] {
  const named = (text: string) =>
    (Object.keys(table) as Parameter[]).filter((parameter) => table[parameter].named.test(text));
  return [...new Set([...(param === undefined ? [] : named(param)), ...named(message)])];
}

/** The route for a model that does not accept these parameters. */
export function routeWithout(route: WireRoute, parameters: readonly Parameter[]): WireRoute {
  return parameters.reduce((kept, parameter) => table[parameter].route?.(kept) ?? kept, route);
}

/** The request without those parameters that the route does not decide. */
export function requestWithout(request: MessagesRequest, parameters: readonly Parameter[]): MessagesRequest {
  return parameters.reduce((kept, parameter) => table[parameter].request?.(kept) ?? kept, request);
}
