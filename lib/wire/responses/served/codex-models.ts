/**
 * The list of models in the form of Codex's catalogue (measured with Codex 0.171). A model that the catalogue lacks runs on
 * Codex's fallback: without a known window, so that it is never compacted in time, and with a warning in each session.
 */
import type { ListedModel } from '../../served.ts';

/** The fields that Codex requires, and those whose absence would mean something else. */
export interface CodexModel {
  slug: string;
  display_name: string;
  description: string;
  /** No effort unless the user selects one: then each model keeps its own default. */
  default_reasoning_level: null;
  supported_reasoning_levels: readonly { effort: string; description: string }[];
  shell_type: 'shell_command';
  visibility: 'list';
  supported_in_api: true;
  /** The order of the list, lowest first. */
  priority: number;
  base_instructions: string;
  supports_reasoning_summaries: true;
  default_reasoning_summary: 'auto';
  support_verbosity: false;
  apply_patch_tool_type: 'freeform';
  /** What Codex keeps of the output of a command. */
  truncation_policy: { mode: 'tokens'; limit: number };
  supports_parallel_tool_calls: true;
  /** Tokens, input and output together. */
  context_window?: number;
  max_context_window?: number;
  experimental_supported_tools: readonly [];
  input_modalities: readonly ('text' | 'image')[];
  supports_search_tool: false;
  availability_nux: null;
  upgrade: null;
}

/** The answer to Codex's `GET /v1/models`, and a catalogue file for `model_catalog_json`. */
export function codexModels(models: readonly ListedModel[]): { models: CodexModel[] } {
  return { models: models.map(toCodexModel) };
}

function toCodexModel(
  { id, name, provider, contextWindow, images }: ListedModel,
  priority: number,
): CodexModel {
  return {
    slug: id,
    display_name: name,
    description: `${name} from ${provider}`,
    default_reasoning_level: null,
    supported_reasoning_levels: efforts,
    shell_type: 'shell_command',
    visibility: 'list',
    supported_in_api: true,
    priority,
    base_instructions: instructions,
    supports_reasoning_summaries: true,
    default_reasoning_summary: 'auto',
    support_verbosity: false,
    apply_patch_tool_type: 'freeform',
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    supports_parallel_tool_calls: true,
    ...(contextWindow !== undefined && { context_window: contextWindow, max_context_window: contextWindow }),
    experimental_supported_tools: [],
    input_modalities: images ? ['text', 'image'] : ['text'],
    supports_search_tool: false,
    availability_nux: null,
    upgrade: null,
  };
}

/** A model without one of these gets the nearest one that it has. */
const efforts = [
  { effort: 'low', description: 'Fast answers with little reasoning' },
  { effort: 'medium', description: 'A balance of speed and reasoning' },
  { effort: 'high', description: 'More reasoning, for complex problems' },
  { effort: 'xhigh', description: 'The most reasoning, for the hardest problems' },
] as const;

/** Codex sends this as the first message of every conversation. It has no text of its own for models that it does not know. */
const instructions = `You are a coding agent in the Codex CLI, which runs in a terminal on the user's computer. You work on the files of the current directory with the tools you are given, until the task is done.

# How to work
- Read the code before you change it, and follow its style. Change what the task needs and nothing else.
- Fix causes, not symptoms. Do not fix unrelated defects; mention them at the end.
- Never undo changes that you did not make, and never run destructive git commands unless the user asks for them. Do not commit unless the user asks for it.
- Search with \`rg\` and \`rg --files\`, or with grep and find where rg is not installed.
- Edit files with the \`apply_patch\` tool where it is available. Do not read a file again only to see whether the patch was applied: the tool fails if it was not.
- Run the tests or the build that cover your change, beginning with the narrowest. If you cannot, say so.
- Independent reads may be several tool calls at once.
- Where a plan tool is available, use it for tasks of several steps, and keep it current.

# AGENTS.md
Repositories may contain AGENTS.md files with instructions. Each applies to the folder that contains it and everything below; a deeper file wins, and the user's own instructions win over all of them. The files from the root down to the current directory are included in the conversation; look for others when you work elsewhere.

# Sandbox and approvals
Commands may run in a sandbox that limits the file system or the network. If a command that the task needs fails because of that, request an approval in the way the tool describes, with a one-line reason. If approvals are not available, work within the limits and say what was not possible.

# Answers
- Before a group of tool calls, say in one sentence what you are about to do.
- At the end, say briefly what you did, where (\`path/to/file.ts:42\`), and how you checked it. Do not repeat the contents of files you wrote.
- Write plain text with short Markdown; put commands, paths and names in backticks.
`;
