/**
 * Types of the Chat Completions requests that the proxy sends. Vendor additions to OpenAI's API: `thinking`, `top_k` and
 * model-specific efforts in the request, `reasoning_content` and `reasoning_details` in assistant messages, and
 * `cache_control` in text parts.
 */
import type { CacheControl, ThinkingConfig } from '../../anthropic/request.ts';
import type { JsonObject } from '../../json.ts';

export interface ChatTextPart {
  type: 'text';
  text: string;
  cache_control?: CacheControl;
}

export interface ChatImagePart {
  type: 'image_url';
  /** Without `detail`, the server decides. */
  image_url: { url: string; detail?: 'low' | 'high' };
}

export interface ChatFilePart {
  type: 'file';
  file: { filename: string; file_data: string };
}

export type ChatPart = ChatTextPart | ChatImagePart | ChatFilePart;

export interface ChatSystemMessage {
  role: 'system';
  content: string | ChatTextPart[];
}

export interface ChatUserMessage {
  role: 'user';
  content: string | ChatPart[];
}

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is the text of a JSON object. */
  function: { name: string; arguments: string; [attached: string]: unknown };
  /** What the same upstream attached to the call (P11). */
  [attached: string]: unknown;
}

export interface ChatAssistantMessage {
  role: 'assistant';
  /** Always a string: DeepSeek and GLM reject a message without it, and with arrays some models repeat the syntax. */
  content: string;
  reasoning_content?: string;
  reasoning_details?: unknown[];
  /** Never empty: DeepSeek returns 400 for `[]`. */
  tool_calls?: ChatToolCall[];
  /** The model continues this message (Mistral). */
  prefix?: true;
  /** What the same upstream attached to the message (P11). */
  [attached: string]: unknown;
}

export interface ChatToolMessage {
  role: 'tool';
  tool_call_id: string;
  content: string | ChatTextPart[];
}

export type ChatMessage = ChatSystemMessage | ChatUserMessage | ChatAssistantMessage | ChatToolMessage;

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters: JsonObject };
}

export type ChatToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop?: string[];
  response_format?: { type: 'json_schema'; json_schema: { name: string; schema: JsonObject } };
  reasoning_effort?: string;
  thinking?: ThinkingConfig;
  stream: true;
  prompt_cache_key?: string;
  stream_options?: { include_usage: true };
}
