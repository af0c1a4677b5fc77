/** Names of tools that say nothing about a user: those of Claude Code and of Anthropic's API. */
const known = `
Agent AskUserQuestion Bash BashOutput CronCreate CronDelete CronList DeferredToolPlaceholder Edit EnterPlanMode EnterWorktree ExitPlanMode ExitWorktree
Glob Grep KillBash KillShell LS LSP ListAgents ListMcpResourcesTool Monitor MultiEdit NotebookEdit NotebookRead PowerShell Read
ReadMcpResourceTool REPL ReportFindings ScheduleWakeup SendMessage Skill SlashCommand StructuredOutput Task TaskCreate TaskGet TaskList TaskOutput TaskStop
TaskUpdate TodoRead TodoWrite ToolSearch WebFetch WebSearch Workflow
Write
bash code_execution computer memory str_replace_based_edit_tool str_replace_editor text_editor tool_search_tool_bm25
tool_search_tool_regex web_fetch web_search
`;

const names = new Set(known.trim().toLowerCase().split(/\s+/));

/** Compared without case, as models write them. */
export function isKnownTool(name: string): boolean {
  return names.has(name.toLowerCase());
}
