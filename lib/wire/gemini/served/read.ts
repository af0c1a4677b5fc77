/** Reads a generateContent request as a Messages request. */
import type { MessagesRequest } from '../../../anthropic/request.ts';
import type { JsonObject } from '../../../json.ts';
import { nameForLog } from '../../../redact.ts';
import { Unservable, type GivenRequest, type ReadRequest } from '../../served.ts';
import { field, objectField, otherFields } from './fields.ts';
import { readContents, readSystem } from './given-contents.ts';
import { readTools } from './given-tools.ts';
import { readGeneration } from './generation.ts';
import { methodIn } from './path.ts';
import { geminiPrinter } from './printer.ts';

const known: ReadonlySet<string> = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'generateContentRequest',
  'model',
]);

/** Throws `Unservable` for a body that is no generateContent request, or asks for what no upstream offers. */
export function readRequest({ pathname, query, body: given }: GivenRequest): ReadRequest {
  const called = methodIn(pathname);
  if (!called)
    throw new Unservable('the path names no model: expected /v1beta/models/{model}:generateContent');
  const { model, method } = called;
  // A request to count tokens may hold the whole request that it is about.
  const inner = method === 'countTokens' ? objectField(given, 'generateContentRequest', '') : undefined;
  const body = inner ?? given;
  const left = new Set<string>();
  const leave = (name: string): void => void left.add(nameForLog(name));
  refuseCached(body);
  for (const name of otherFields(body, known)) leave(name);
  const system = readSystem(body, leave);
  const { fields, instructions, includesThoughts } = readGeneration(body, leave);
  const streams = method === 'streamGenerateContent';
  const request: MessagesRequest = {
    model,
    messages: readContents(body, leave),
    ...(system.length + instructions.length > 0 && { system: [...system, ...instructions] }),
    ...readTools(body, leave),
    ...fields,
    stream: streams,
  };
  if (request.messages.length === 0)
    throw new Unservable('contents: expected at least one part with content', 'contents');
  const framing = query.get('alt') === 'sse' ? 'sse' : 'array';
  return {
    request,
    left: [...left],
    printer: (head) => geminiPrinter(head, { model, framing, includesThoughts }),
  };
}

function refuseCached(body: JsonObject): void {
  if (field(body, 'cachedContent') === undefined) return;
  throw new Unservable(
    'cachedContent: Google keeps cached content; send the whole conversation instead',
    'cachedContent',
  );
}
