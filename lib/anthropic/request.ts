/**
 * The request half of Anthropic's Messages API, as Claude Code 2.1.330 uses it (measured) and as the API documents it.
 *
 * These types name what we read. Whatever else stands in a body is kept by `[key: string]: unknown` and travels on
 * unchanged to the messages format (contract 5.0).
 */

export interface CacheControl {
  type: 'ephemeral';
  ttl?: string;
}

export interface TextBlock {
  type: 'text';
  text: string;
  cache_control?: CacheControl | null;
  [key: string]: unknown;
}

export type ImageSource =
  | { type: 'base64'; media_type: string; data: string }
  | { type: 'url'; url: string }
  | { type: 'file'; file_id: string };

export interface ImageBlock {
  type: 'image';
  source: ImageSource;
  [key: string]: unknown;
}

export type DocumentSource =
  | { type: 'base64'; media_type: string; data: string }
  | { type: 'text'; media_type: string; data: string }
  | { type: 'url'; url: string }
  | { type: 'content'; content: string | ContentBlock[] }
  | { type: 'file'; file_id: string };

export interface DocumentBlock {
  type: 'document';
  source: DocumentSource;
  title?: string | null;
  context?: string | null;
  [key: string]: unknown;
}

export interface SearchResultBlock {
  type: 'search_result';
  source: string;
  title: string;
  content: TextBlock[];
  [key: string]: unknown;
}

export interface ThinkingBlock {
  type: 'thinking';
  thinking: string;
  /** Claude Code sends "" for a block that came without one. */
  signature?: string;
  [key: string]: unknown;
}

export interface RedactedThinkingBlock {
  type: 'redacted_thinking';
  data: string;
  [key: string]: unknown;
}

export interface ToolUseBlock {
  type: 'tool_use';
  id: string;
  name: string;
  input: unknown;
  [key: string]: unknown;
}

/** How a ToolSearch result names the tools it loaded (tool search, advanced-tool-use-2025-11-20). */
export interface ToolReferenceBlock {
  type: 'tool_reference';
  tool_name: string;
  [key: string]: unknown;
}

export interface ToolResultBlock {
  type: 'tool_result';
  tool_use_id: string;
  content?: string | ContentBlock[];
  is_error?: boolean;
  [key: string]: unknown;
}

/** A block this version knows nothing of: kept for the messages format, told in words or dropped elsewhere. */
export interface UnknownBlock {
  type: string & {};
  [key: string]: unknown;
}

export type KnownBlock =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | SearchResultBlock
  | ThinkingBlock
  | RedactedThinkingBlock
  | ToolUseBlock
  | ToolReferenceBlock
  | ToolResultBlock;

export type ContentBlock = KnownBlock | UnknownBlock;

/** Claude Code puts `role: "system"` messages anywhere in the conversation (measured, claude-code 2.3). */
export interface RequestMessage {
  role: 'user' | 'assistant' | 'system';
  content: string | ContentBlock[];
  [key: string]: unknown;
}

/** A tool the client runs. */
export interface ClientTool {
  type?: 'custom' | null;
  name: string;
  description?: string;
  input_schema?: unknown;
  /** Sent by tool search: the tool is known but its schema is not to be shown until it is loaded. */
  defer_loading?: boolean;
  [key: string]: unknown;
}

/** A tool that Anthropic's own servers run: `web_search_20250305` and its like. */
export interface ServerTool {
  type: string;
  name: string;
  [key: string]: unknown;
}

export type Tool = ClientTool | ServerTool;

export type ToolChoice =
  | { type: 'auto'; disable_parallel_tool_use?: boolean }
  | { type: 'any'; disable_parallel_tool_use?: boolean }
  | { type: 'tool'; name: string; disable_parallel_tool_use?: boolean }
  | { type: 'none' };

export type ThinkingConfig =
  | { type: 'enabled'; budget_tokens?: number; [key: string]: unknown }
  | { type: 'adaptive'; [key: string]: unknown }
  | { type: 'disabled'; [key: string]: unknown };

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface OutputConfig {
  effort?: string;
  format?: { type: 'json_schema'; schema: unknown; [key: string]: unknown } | null;
  [key: string]: unknown;
}

export interface MessagesRequest {
  model: string;
  messages: RequestMessage[];
  system?: string | TextBlock[];
  tools?: Tool[];
  tool_choice?: ToolChoice;
  max_tokens?: number;
  stream?: boolean;
  stop_sequences?: string[];
  temperature?: number;
  top_p?: number;
  top_k?: number;
  thinking?: ThinkingConfig;
  output_config?: OutputConfig;
  metadata?: { user_id?: string | null; [key: string]: unknown };
  [key: string]: unknown;
}

/** The blocks of a content that may also be a plain string. */
export function toBlocks(content: string | ContentBlock[] | undefined): ContentBlock[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content ?? [];
}

/** Narrows a block to a known type by its name; a block of that name is taken at its word. */
export function isBlock<T extends KnownBlock['type']>(
  block: ContentBlock,
  type: T,
): block is Extract<KnownBlock, { type: T }> {
  return block.type === type;
}

/** True for a tool that Anthropic's servers would run, which no other upstream can. */
export function isServerTool(tool: Tool): tool is ServerTool {
  return typeof tool.type === 'string' && tool.type !== 'custom';
}
