/** The configuration file as it is once the schema has accepted it; every key may be missing. */
import type { ThinkingConfig } from '../../anthropic/request.ts';
import type { WireFormat } from '../../wire/codec.ts';
import type { Quirks } from '../../wire/quirks.ts';

export interface FileEntry {
  provider?: string;
  model_id?: string;
  model_ref?: string;
  temperature?: number;
  max_tokens?: number;
  reasoning_effort?: string;
  thinking?: ThinkingConfig;
  context_threshold?: number;
  context_window?: number;
  context_margin?: number;
  max_output_tokens?: number;
  supports_tools?: boolean;
  vision?: boolean;
  wire_format?: WireFormat | 'openai' | 'anthropic' | 'auto';
  anthropic_tools_disabled?: boolean;
  quirks?: Partial<Quirks>;
}

export interface FileKeys {
  api_key?: string;
  api_keys?: string[];
  api_key_command?: string | string[];
}

export interface FileProvider extends FileKeys {
  base_url?: string;
  anthropic_base_url?: string;
  responses_base_url?: string;
  gemini_base_url?: string;
  timeout_ms?: number;
  first_event_timeout_ms?: number;
  stream_idle_timeout_ms?: number;
  stream_timeout_ms?: number;
  streaming_timeout_ms?: number;
  wire_format?: FileEntry['wire_format'];
  auth?: 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'none';
  headers?: Record<string, string>;
  models?: (string | FileEntry)[] | Record<string, FileEntry>;
}

export type FileModels = Record<string, FileEntry>;

export interface ConfigFile extends FileKeys {
  host?: string;
  port?: number;
  auth_token?: string;
  hot_reload?: boolean;
  models?: FileModels;
  fallbacks?: Record<string, FileEntry[]>;
  model_overrides?: FileModels;
  model_family_overrides?: FileModels;
  respect_requested_model?: boolean;
  enable_streaming_scenario_routing?: boolean;
  opencode_go?: FileProvider;
  opencode_zen?: FileProvider;
  openrouter?: FileProvider;
  providers?: Record<string, FileProvider>;
  retry?: { attempts?: number; base_ms?: number; max_ms?: number; max_attempts_total?: number };
  circuit_breaker?: { failures?: number; reset_ms?: number };
  heartbeat_ms?: number;
  logging?: {
    level?: 'debug' | 'info' | 'warn' | 'error';
    requests?: boolean;
    max_bytes?: number;
    max_files?: number;
    captures?: { enabled?: boolean; max_files?: number; max_bytes?: number };
    debug_capture?: { enabled?: boolean; max_files?: number; max_file_size?: number };
  };
}
