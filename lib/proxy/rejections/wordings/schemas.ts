/** Sentences about the schemas of tools. */
import { anyStatus, type Wording } from './wording.ts';

export const schemas: readonly Wording[] = [
  {
    about: 'tool_schema',
    vendor: 'OpenCode Go',
    source: 'anomalyco/opencode#43372, anomalyco/opencode#43371',
    says: 'unsupported_tool_schema',
    example:
      'Error from provider (Console Go): Upstream request failed: [unsupported_tool_schema] The tool schema is not supported (tool_count_limit).',
    remedy: 'no_ranges',
  },
  {
    about: 'tool_schema',
    vendor: 'Fireworks, Kimi behind OpenCode Go, Ollama’s cloud: a schema without a type',
    source:
      'xai-org/grok-build and other clients that remove such schemas; observed with {}, {"not":{}}, {"default":…}',
    says: 'json schema not supported: could not understand the instance',
    example: "JSON Schema not supported: could not understand the instance {'default': 'latest'}",
    remedy: 'typed_schemas',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'llama.cpp, LM Studio',
    source: 'ggml-org/llama.cpp#17574, ggml-org/llama.cpp#26930',
    says: 'json schema conversion failed',
    example: 'JSON schema conversion failed:\nUnrecognized schema: {"not":{}}',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'llama.cpp',
    source: 'ggml-org/llama.cpp#25895, ggml-org/llama.cpp#27580',
    says: 'failed to parse grammar',
    example: 'Failed to initialize samplers: failed to parse grammar',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'llama.cpp, LM Studio',
    source: 'ggml-org/llama.cpp#21954, ggml-org/llama.cpp#26930',
    says: 'unable to generate parser for this template',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'vLLM (xgrammar)',
    source: 'vllm-project/vllm, v1/structured_output/backend_xgrammar.py',
    says: 'failed to transform json schema into a grammar',
    example: 'Failed to transform json schema into a grammar: unsupported keyword',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'vLLM (xgrammar)',
    source: 'z-lab/paroquant#31, vllm-project/vllm#26421',
    says: 'json schema contains features',
    example: 'The provided JSON schema contains features not supported by xgrammar.',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'vLLM (guidance)',
    source: 'z-lab/paroquant#31',
    says: 'grammar error:',
    example: 'Grammar error: Unknown format: uri',
    status: anyStatus,
  },
  {
    about: 'tool_schema',
    vendor: 'OpenAI',
    source: 'anthropics/claude-code#37642',
    says: 'invalid schema for function',
    example:
      "Invalid schema for function 'mcp__a__b': In context=('properties', 'list'), array schema missing items.",
  },
  {
    about: 'tool_schema',
    vendor: 'Anthropic, Bedrock, Vertex',
    source: 'anthropics/claude-code#7365, acomagu/vscode-as-mcp-server#6',
    says: 'input_schema: json schema is invalid',
    example:
      'tools.118.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12 (https://json-schema.org/draft/2020-12). Learn more about tool use at https://docs.anthropic.com/en/docs/tool-use.',
  },
  {
    about: 'tool_schema',
    vendor: 'Anthropic',
    source: 'anthropics/claude-code#5878, anthropics/claude-code#44788',
    says: 'input_schema does not support oneof, allof, or anyof at the top level',
    example:
      'tools.3.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
  },
  {
    about: 'tool_schema',
    vendor: 'Moonshot',
    source: 'nicobailon/pi-subagents#127, abhigyanpatwari/GitNexus#2703',
    says: 'is not a valid moonshot flavored json schema',
    example:
      "Invalid request: tools.function.parameters is not a valid moonshot flavored json schema, details: <At path 'properties.skill': when using anyOf, type should be defined in anyOf items instead of the parent schema>",
  },
  {
    about: 'tool_schema',
    vendor: 'Moonshot',
    source: '14790897/MiqroForge-Desktop#1165',
    says: 'tools.function.parameters.type is required and must be object',
  },
  {
    about: 'tool_schema',
    vendor: 'Gemini',
    source: 'cline/cline#7926',
    says: '.parameters.properties … missing field',
    example:
      '* GenerateContentRequest.tools[0].function_declarations[28].parameters.properties[time_ranges].items: missing field.\n',
  },
  {
    about: 'tool_schema',
    vendor: 'Gemini',
    source: 'moltis-org/moltis#747, moltis-org/moltis#849',
    says: '.parameters … property is not defined',
    example:
      'GenerateContentRequest.tools[0].function_declarations[0].parameters.required[0]: property is not defined',
  },
  {
    about: 'tool_schema',
    vendor: 'Groq',
    source: 'usestrix/strix#1088, livekit/agents#4610',
    says: 'invalid json schema for tool',
    example:
      "invalid JSON schema for tool view_agent_graph, tools[24].function.parameters: 'required' present but 'properties' is missing",
  },
  {
    about: 'tool_schema',
    vendor: 'Amazon Bedrock',
    source: 'kirodotdev/Kiro#11026, earendil-works/pi#8804, aaif-goose/goose#5064',
    says: 'inputschema.json.type must be one of the following: object',
    example:
      'The value at toolConfig.tools.26.toolSpec.inputSchema.json.type must be one of the following: object.',
  },
  {
    about: 'tool_schema',
    vendor: 'MiniMax',
    source: 'QwenLM/qwen-code#11834',
    says: 'function parameters is empty',
    example: 'invalid params, function parameters is empty (2013)',
  },
  {
    about: 'tool_schema',
    vendor: 'OpenCode Go',
    source: 'anomalyco/opencode#44122',
    says: 'to be an array including every key in properties',
    example:
      "'required' is required to be supplied and to be an array including every key in properties. Missing 'limit'.",
  },
];
