/**
 * Types of a Messages API request, as documented by Anthropic and as sent by Claude Code 2.1.330 (measured).
 *
 * They cover the fields that occ reads. `[key: string]: unknown` keeps all others, which the messages format sends on.
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
  /** Claude Code sends "" if the block had none. */
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

/** A tool that a ToolSearch result loaded (beta advanced-tool-use-2025-11-20). */
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

/** A block of unknown type. The messages format sends it on; the other formats describe it in a note or drop it. */
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

/** Claude Code sends `role: "system"` messages anywhere in the conversation (measured). */
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
  /** Set by tool search: the model does not get the tool's schema until the tool is loaded. */
  defer_loading?: boolean;
  [key: string]: unknown;
}

/** A tool that Anthropic's servers run, such as `web_search_20250305`. */
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

/** The blocks of a content, which may be a plain string. */
export function toBlocks(content: string | ContentBlock[] | undefined): ContentBlock[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content ?? [];
}

/** Narrows a block by its `type`, without checking its other fields. */
export function isBlock<T extends KnownBlock['type']>(
  block: ContentBlock,
  type: T,
): block is Extract<KnownBlock, { type: T }> {
  return block.type === type;
}

/** True for a tool that Anthropic's servers run. */
export function isServerTool(tool: Tool): tool is ServerTool {
  return typeof tool.type === 'string' && tool.type !== 'custom';
}
