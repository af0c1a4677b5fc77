/**
 * The deterministic agent behind the emulator. It recognises auxiliary requests by their structure and a request for a file
 * by a few words, so that a first run shows a real tool loop without a key or network. The same conversation always gets
 * the same answer.
 */
import type { Answer } from './answer.ts';
import { answerClassifier, answerSchema, summarize } from './auxiliary.ts';
import type { Conversation } from './conversation.ts';
import { fileTools } from './file-tools.ts';
import { workOnFile } from './file-work.ts';
import { call, say, type Script } from './script.ts';
import type { ReceivedRequest } from './received-request.ts';
import { answerSituation } from './situations.ts';
import { sampleOf } from './sample.ts';

/** Returns the first of these answers that applies. */
export function decide(
  conversation: Conversation,
  request?: Pick<ReceivedRequest, 'body' | 'format'>,
): Answer {
  return (
    toAnswer(answerSchema(conversation)) ??
    toAnswer(answerClassifier(conversation)) ??
    toAnswer(summarize(conversation)) ??
    answerSituation(conversation, request) ??
    toAnswer(answerStructured(conversation)) ??
    toAnswer(workOnFile(conversation)) ?? { script: [say(introduction(conversation))] }
  );
}

function toAnswer(script: Script | undefined): Answer | undefined {
  return script && { script };
}

/** `claude --json-schema` expects its answer as a call of this tool. */
function answerStructured({ tools, done }: Conversation): Script | undefined {
  const tool = tools.find(({ name }) => name === 'StructuredOutput');
  if (!tool || done.some(({ name }) => name === tool.name)) return undefined;
  return [call(tool.name, sampleOf(tool.schema, 'emulator'))];
}

/** Explains that this is the emulator, and suggests a prompt. */
function introduction({ tools }: Conversation): string {
  const who =
    "This is occ's built-in emulator, not a model: it follows a script and needs no key and no network.";
  const { write, read } = fileTools(tools);
  const trial =
    write && read
      ? 'Try: "Write a file hello.txt that says hello, then read it back and tell me what it says."'
      : 'No tools were offered with this request, so words are all it has.';
  return `${who}\n\n${trial}\n\nTo talk to a real model, start occ without --emulator.\n`;
}
