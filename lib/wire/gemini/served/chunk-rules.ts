/**
 * The grammar of a generateContent stream (laws.md): what a chunk must look like, and in which order chunks may come. Tests
 * check whole streams with it; where client and upstream both speak this format, it decides which chunks pass unchanged.
 */
import { isObject, toArray, type Json, type JsonObject } from '../../../json.ts';

/** The law that the parts or the finish of a chunk break; undefined if the chunk may pass. */
export function brokenChunk(json: JsonObject): string | undefined {
  const { candidates, promptFeedback, usageMetadata } = json;
  if (candidates === undefined) {
    const isKnown = isObject(promptFeedback) || isObject(usageMetadata);
    return isKnown ? undefined : 'G2: neither candidates nor a block reason nor usage';
  }
  if (!Array.isArray(candidates) || candidates.length !== 1) return 'G2: not exactly one candidate';
  const [candidate] = candidates;
  if (!isObject(candidate)) return 'G2: a candidate that is no object';
  const { index, content, finishReason } = candidate;
  if (index !== undefined && index !== 0) return 'G2: a candidate with another index';
  if (finishReason !== undefined && finishReason !== null && !isReason(finishReason))
    return 'G4: not the name of a finish reason';
  if (content === undefined) return undefined;
  if (!isObject(content)) return 'G2: a content that is no object';
  const { role, parts } = content;
  if (role !== undefined && role !== 'model') return 'G2: a content of another role';
  if (parts !== undefined && !Array.isArray(parts)) return 'G2: parts that are no list';
  for (const part of toArray(parts)) {
    const broken = brokenPart(part);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** Google's clients take the name of no reason for a finish. */
function isReason(value: Json): boolean {
  return typeof value === 'string' && /^[A-Z_]+$/.test(value) && value !== 'FINISH_REASON_UNSPECIFIED';
}

/** The kinds of a part. */
const kinds = [
  'text',
  'functionCall',
  'toolCall',
  'toolResponse',
  'executableCode',
  'codeExecutionResult',
  'inlineData',
  'fileData',
];

function brokenPart(part: Json): string | undefined {
  if (!isObject(part)) return 'G3: a part that is no object';
  const { text, thought, thoughtSignature, functionCall } = part;
  const given = kinds.filter((kind) => part[kind] !== undefined);
  if (given.length !== 1) return 'G3: a part of no kind, or of several';
  if (text !== undefined && typeof text !== 'string') return 'G3: a text that is no string';
  if (thought !== undefined && typeof thought !== 'boolean') return 'G3: thought is no boolean';
  if (thoughtSignature !== undefined && (typeof thoughtSignature !== 'string' || thoughtSignature === ''))
    return 'G9: a signature that is no text';
  if (functionCall === undefined) return undefined;
  if (!isObject(functionCall)) return 'G3: a call that is no object';
  const { id, name, args, partialArgs, willContinue } = functionCall;
  if (typeof name !== 'string' || name === '') return 'G3: a call without a name';
  if (id !== undefined && (typeof id !== 'string' || id === '')) return 'G3: a call whose id is no text';
  if (args !== undefined && !isObject(args)) return 'G3: arguments that are no object';
  if (partialArgs !== undefined || willContinue !== undefined) return 'G3: a call in pieces';
  return undefined;
}

/** The finish reason of a chunk, or the reason why the prompt was blocked; undefined for a chunk that ends nothing. */
export function finishOf(json: JsonObject): string | undefined {
  const [candidate] = toArray(json['candidates']);
  const reason = isObject(candidate) ? candidate['finishReason'] : undefined;
  if (typeof reason === 'string' && reason !== '') return reason;
  const feedback = json['promptFeedback'];
  const blocked = isObject(feedback) ? feedback['blockReason'] : undefined;
  return typeof blocked === 'string' && blocked !== '' && blocked !== 'BLOCKED_REASON_UNSPECIFIED'
    ? blocked
    : undefined;
}

/** The parts of a chunk that is not broken. */
export function partsIn(json: JsonObject): JsonObject[] {
  const [candidate] = toArray(json['candidates']);
  const content = isObject(candidate) ? candidate['content'] : undefined;
  return (isObject(content) ? toArray(content['parts']) : []).filter((part) => isObject(part));
}
