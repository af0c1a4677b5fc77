/** The parts of OpenAI's Responses request that occ sends. Items have no ids, because nothing is stored upstream. */
import type { JsonObject } from '../../json.ts';
import type { ImageDetail } from '../image-detail.ts';

export interface InputText {
  type: 'input_text';
  text: string;
}

export interface InputImage {
  type: 'input_image';
  detail: ImageDetail;
  /** A URL, or a data URL. */
  image_url: string;
}

export interface InputFile {
  type: 'input_file';
  filename: string;
  /** A data URL. */
  file_data: string;
}

export type InputPart = InputText | InputImage | InputFile;

export interface OutputText {
  type: 'output_text';
  text: string;
  annotations: [];
}

export interface InputMessage {
  type: 'message';
  role: 'user' | 'system';
  content: InputPart[];
}

/** The model's text. Its parts must have the type `output_text`; `text` is rejected with `400 invalid_prompt`. */
export interface OutputMessage {
  type: 'message';
  role: 'assistant';
  content: OutputText[];
  /** What the same upstream attached to the item (P11), such as `phase`. */
  [attached: string]: unknown;
}

export interface FunctionCall {
  type: 'function_call';
  call_id: string;
  name: string;
  /** A JSON object as text. */
  arguments: string;
  /** What the same upstream attached to the item (P11). */
  [attached: string]: unknown;
}

export interface FunctionCallOutput {
  type: 'function_call_output';
  call_id: string;
  output: string | InputPart[];
}

/** Reasoning that the same upstream made, unchanged. */
export interface ReasoningItem {
  type: 'reasoning';
  summary: { type: 'summary_text'; text: string }[];
  encrypted_content: string;
  /** What the same upstream attached to the item (P11). */
  [attached: string]: unknown;
}

/** An item with encrypted content that the same upstream made, unchanged. Its type may be any other than those above. */
export interface OpaqueItem {
  type: 'compaction';
  encrypted_content: string;
  [field: string]: unknown;
}

export type InputItem =
  | InputMessage
  | OutputMessage
  | FunctionCall
  | FunctionCallOutput
  | ReasoningItem
  | OpaqueItem;

export interface FunctionTool {
  type: 'function';
  name: string;
  description?: string;
  parameters: JsonObject;
  /** Strict schemas must list every property as required, which the client's schemas do not. */
  strict: false;
}

export interface WebSearchTool {
  type: 'web_search';
  filters?: { allowed_domains: string[] };
}

export type ResponsesTool = FunctionTool | WebSearchTool;

export type ResponsesToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; name: string };

export interface ResponsesRequest {
  model: string;
  instructions?: string;
  input: InputItem[];
  tools?: ResponsesTool[];
  tool_choice?: ResponsesToolChoice;
  parallel_tool_calls?: boolean;
  max_output_tokens?: number;
  temperature?: number;
  top_p?: number;
  text?: { format: { type: 'json_schema'; name: string; schema: JsonObject; strict: false } };
  reasoning?: { effort?: string; summary?: 'auto' };
  include?: ('reasoning.encrypted_content' | 'web_search_call.action.sources')[];
  prompt_cache_key?: string;
  store: false;
  stream: true;
}
