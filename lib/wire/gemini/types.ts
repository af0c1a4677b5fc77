/**
 * A generateContent request as we send it: the part of Google's own shape that occ uses (`@google/genai`, whose types
 * the tests hold it to). Whatever stands here may be sent to the Gemini API itself and to gateways that pass it on.
 */
import type { JsonObject } from '../../json.ts';

/** Media in the request itself; `data` is base64. */
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
  /** `output` for what the function gave, `error` for why it failed: the two keys the API knows. */
  response: { output: string } | { error: string };
  /** Media of the result, for models that take them there. */
  parts?: { inlineData: GeminiBlob }[];
}

/** One part of a message: exactly one of the first four; a signature belongs to the very part it came with. */
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

/** The subset of OpenAPI's Schema that the API accepts; it refuses the whole request for a field beyond it. */
export interface GeminiSchema {
  type?: 'STRING' | 'NUMBER' | 'INTEGER' | 'BOOLEAN' | 'ARRAY' | 'OBJECT';
  description?: string;
  nullable?: true;
  format?: string;
  enum?: string[];
  properties?: Record<string, GeminiSchema>;
  required?: string[];
  items?: GeminiSchema;
  /** Alone but for its parent's place: Vertex refuses any other field beside it. */
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
  /** Absent for a function without parameters: an object without properties is refused. */
  parameters?: GeminiSchema;
}

export type GeminiTool = { functionDeclarations: GeminiFunction[] } | { googleSearch: Record<string, never> };

export interface GeminiToolConfig {
  functionCallingConfig: { mode: 'AUTO' | 'ANY' | 'NONE'; allowedFunctionNames?: string[] };
}

export interface GeminiThinking {
  includeThoughts: boolean;
  /** Gemini 3 and later; never beside a budget. */
  thinkingLevel?: string;
  /** Tokens, for Gemini 2.5; 0 switches thinking off. */
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
