/**
 * The parts of Google's generateContent request that occ sends, to the Gemini API or to a gateway. The tests check these
 * types against those of `@google/genai`.
 */
import type { JsonObject } from '../../json.ts';

/** Inline media; `data` is base64. */
export interface GeminiBlob {
  mimeType: string;
  data: string;
}

export interface GeminiFunctionCall {
  id: string;
  name: string;
  args: JsonObject;
}

export interface GeminiFunctionResponse {
  id: string;
  name: string;
  /** `output` for a result, `error` for a failure: the two keys that the API defines. */
  response: { output: string } | { error: string };
  /** Media of the result, for models that accept them here. */
  parts?: { inlineData: GeminiBlob }[];
}

/** One part of a message, with exactly one of the first four fields. A signature must return on the part it came with. */
export interface GeminiPart {
  text?: string;
  inlineData?: GeminiBlob;
  functionCall?: GeminiFunctionCall;
  functionResponse?: GeminiFunctionResponse;
  thought?: true;
  thoughtSignature?: string;
}

export interface GeminiContent {
  role: 'user' | 'model';
  parts: GeminiPart[];
}

/** The subset of OpenAPI's Schema that the API accepts. Any other field fails the whole request. */
export interface GeminiSchema {
  type?: 'STRING' | 'NUMBER' | 'INTEGER' | 'BOOLEAN' | 'ARRAY' | 'OBJECT';
  description?: string;
  nullable?: true;
  format?: string;
  enum?: string[];
  properties?: Record<string, GeminiSchema>;
  required?: string[];
  items?: GeminiSchema;
  /** Without any other field in the same schema, which Vertex would reject. */
  anyOf?: GeminiSchema[];
  minimum?: number;
  maximum?: number;
  /** 64-bit integers are strings in Google's JSON. */
  minItems?: string;
  maxItems?: string;
  minLength?: string;
  maxLength?: string;
  pattern?: string;
}

export interface GeminiFunction {
  name: string;
  description?: string;
  /** Absent for a function without parameters: the API rejects an object without properties. */
  parameters?: GeminiSchema;
}

export type GeminiTool = { functionDeclarations: GeminiFunction[] } | { googleSearch: Record<string, never> };

export interface GeminiToolConfig {
  functionCallingConfig: { mode: 'AUTO' | 'ANY' | 'NONE'; allowedFunctionNames?: string[] };
}

export interface GeminiThinking {
  includeThoughts: boolean;
  /** Gemini 3 and later; never together with a budget. */
  thinkingLevel?: string;
  /** In tokens, for Gemini 2.5; 0 disables thinking. */
  thinkingBudget?: number;
}

export interface GeminiGeneration {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stopSequences?: string[];
  responseMimeType?: 'application/json';
  responseSchema?: GeminiSchema;
  thinkingConfig?: GeminiThinking;
}

export interface GeminiRequest {
  contents: GeminiContent[];
  systemInstruction?: { parts: { text: string }[] };
  tools?: GeminiTool[];
  toolConfig?: GeminiToolConfig;
  generationConfig?: GeminiGeneration;
}
