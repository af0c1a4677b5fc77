/** Prints the events of an answer as `chat.completion.chunk` events. What is printed obeys laws.md. */
import {
  cutsTurn,
  type AnswerBlock,
  type BlockStart,
  type Delta,
  type MessageDelta,
  type StreamEvent,
  type Usage,
} from '../../../anthropic/events.ts';
import { toArray, toText, type JsonObject } from '../../../json.ts';
import { finishReason, toChatUsage, type PrinterOptions } from './answer.ts';
import { toAnnotations } from './annotations.ts';
import { customText } from './custom.ts';
import { errorBody } from './error.ts';
import { thoughts } from './thoughts.ts';

export function dataLine(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export interface ChunkOptions extends Pick<PrinterOptions, 'model' | 'includeUsage' | 'custom' | 'legacy'> {
  /** Of every chunk. */
  readonly id: string;
  readonly created: number;
}

export interface ChunkPrinter {
  print(event: StreamEvent): string;
  /** The usage, as a chunk. */
  usage(): string;
}

/** What a client has of an answer already, from frames of the upstream that were passed on. It is not printed again. */
export interface Said {
  role: boolean;
  /** Characters. */
  text: number;
  thinking: number;
  /** Characters of the arguments of each call. */
  args: number[];
  details: boolean;
  finish: boolean;
  usage: boolean;
}

export function saidNothing(): Said {
  return { role: false, text: 0, thinking: 0, args: [], details: false, finish: false, usage: false };
}

/** An open call. */
interface Call {
  index: number;
  name: string;
  id: string;
  /** Pieces of arguments that wait for the end of the call; undefined where they are printed at once. */
  held: string[] | undefined;
  /** Characters of arguments. */
  length: number;
}

export function chunkPrinter(options: ChunkOptions, said = saidNothing()): ChunkPrinter {
  const { id, created, model, includeUsage, custom, legacy } = options;
  const frame = { id, object: 'chat.completion.chunk', created, model };
  const before = `data: ${JSON.stringify(frame).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const after = includeUsage ? ',"usage":null}\n\n' : '}\n\n';
  const reasoning = thoughts();
  let usage: Partial<Usage> = {};
  let type = '';
  let text = 0;
  let thinking = 0;
  let calls = 0;
  let call: Call | undefined;
  /** Of the open text, and where it begins. */
  let citations: unknown[] = [];
  let textStart = 0;

  /** Joined, because most of a chunk is the same as in the one before, and printing it takes longer than the content. */
  function chunk(delta: JsonObject, finish: string | null = null): string {
    return `${before}${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${after}`;
  }

  function role(): string {
    if (said.role) return '';
    said.role = true;
    return chunk({ role: 'assistant', content: '' });
  }

  function content(delta: JsonObject): string {
    return role() + chunk(delta);
  }

  function callChunk(entry: JsonObject): string {
    return content(legacy ? { function_call: entry['function'] } : { tool_calls: [entry] });
  }

  /**
   * Completes the latest call, of which nothing can be missing. Arguments that it has none of are "{}", because an empty text
   * is no JSON. A call whose input is a text is printed now; one that is not whole is left out (L14).
   */
  function completeCall(): string {
    if (!call) return '';
    const { index, id: callId, name, held, length } = call;
    call = undefined;
    if (held) {
      const input = length === 0 ? '' : customText(held.join(''));
      return input === undefined
        ? ''
        : callChunk({ index, id: callId, type: 'custom', custom: { name, input } });
    }
    return length === 0 ? callChunk({ index, function: { arguments: '{}' } }) : '';
  }

  function start({ content_block: block }: BlockStart): string {
    let printed = completeCall();
    type = block.type;
    citations = [...toArray(block['citations'])];
    textStart = text;
    // Before what the reasoning led to, where other proxies send it too.
    if (type === 'text' || type === 'tool_use') printed += printDetails();
    reasoning.open(block, { text, calls });
    return type === 'tool_use' ? printed + openCall(block) : printed;
  }

  function printDetails(): string {
    const details = said.details ? [] : reasoning.take();
    return details.length > 0 ? content({ reasoning_details: details }) : '';
  }

  function openCall(block: AnswerBlock): string {
    const name = toText(block.name);
    const index = calls++;
    call = { index, id: toText(block.id), name, held: custom.has(name) ? [] : undefined, length: 0 };
    if (call.held || said.args[index] !== undefined) return '';
    return callChunk({ index, id: call.id, type: 'function', function: { name, arguments: '' } });
  }

  function delta(given: Delta): string {
    switch (given.type) {
      case 'text_delta': {
        const rest = given.text.slice(Math.max(0, said.text - text));
        text += given.text.length;
        return rest === '' ? '' : content({ content: rest });
      }
      case 'thinking_delta': {
        const rest = given.thinking.slice(Math.max(0, said.thinking - thinking));
        thinking += given.thinking.length;
        reasoning.grow(given.thinking.length);
        return rest === '' ? '' : content({ reasoning_content: rest });
      }
      case 'signature_delta':
        reasoning.sign(given.signature);
        return '';
      case 'input_json_delta':
        return args(given.partial_json);
      case 'citations_delta':
        citations.push(given.citation);
        return '';
      default:
        // Of blocks that this format does not have.
        return '';
    }
  }

  function args(piece: string): string {
    // The arguments of a call that Anthropic's servers run are not for the client.
    if (!call || type !== 'tool_use') return '';
    const { index, length, held } = call;
    call.length += piece.length;
    held?.push(piece);
    const rest = piece.slice(Math.max(0, (said.args[index] ?? 0) - length));
    return held || rest === '' ? '' : callChunk({ index, function: { arguments: rest } });
  }

  /** Citations may come before their text, so they are printed after it. */
  function stop(): string {
    const annotations = type === 'text' ? toAnnotations(citations, textStart, text) : [];
    return annotations.length > 0 ? content({ annotations }) : '';
  }

  function finish({ delta: { stop_reason: reason } }: MessageDelta): string {
    const cut = cutsTurn(reason);
    // In a turn that was cut, missing arguments may be lost ones.
    if (cut && call?.length === 0) call = undefined;
    let printed = completeCall();
    printed += printDetails() + role();
    if (!said.finish) printed += chunk({}, finishReason(reason, legacy));
    if (includeUsage && !said.usage) printed += printUsage();
    return printed;
  }

  function printUsage(): string {
    return dataLine({ ...frame, choices: [], usage: toChatUsage(usage) });
  }

  function addUsage(reported: Partial<Usage>): void {
    const given = Object.entries(reported).filter(([, value]) => value !== null && value !== undefined);
    usage = { ...usage, ...Object.fromEntries(given) };
  }

  return {
    usage: printUsage,
    print(event) {
      switch (event.type) {
        case 'message_start':
          addUsage(event.message.usage);
          return '';
        case 'content_block_start':
          return start(event);
        case 'content_block_delta':
          return delta(event.delta);
        case 'message_delta':
          addUsage(event.usage);
          return finish(event);
        case 'message_stop':
          return 'data: [DONE]\n\n';
        case 'error':
          return dataLine(errorBody(event.error));
        case 'content_block_stop':
          return stop();
        case 'ping':
          return '';
      }
    },
  };
}
