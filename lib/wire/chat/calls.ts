/**
 * Which call does a piece of `tool_calls` belong to? Servers number calls from 0, from 1, as strings, or not at all;
 * ids and names come late, in pieces, again and again, or never. A call begins on the client when its name is known.
 */
import { clientToolId, type Origin } from '../../anthropic/provenance.ts';
import type { Writer } from '../../anthropic/writer.ts';
import { brackets, type Brackets } from '../../stream/brackets.ts';
import { toNumber, toObject, toText, type Json } from '../../json.ts';

export interface CallNames {
  /** The names the upstream was told, for telling whole names from pieces. */
  declared: readonly string[];
  /** The client's name for one the upstream used (L6). */
  toClient(name: string): string;
}

export interface Calls {
  /** The `tool_calls` of one delta; gives the characters of arguments that wait for a name. */
  take(entries: readonly Json[]): number;
  /** Begins what still waits for its name to be complete; true when a call with arguments never got one. */
  end(): boolean;
}

interface Call {
  key: string;
  position: number;
  index: string | undefined;
  id: string;
  name: string;
  begun: boolean;
  /** Arguments that came before the name. */
  early: string[];
  /** How far the arguments are. */
  args: Brackets;
}

/** `origin` is whose calls they are. */
export function calls(writer: Writer, origin: Origin, names: CallNames): Calls {
  const all: Call[] = [];
  /** The latest call of each number and of each id: an answer may hold thousands. */
  const byIndex = new Map<string, Call>();
  const byId = new Map<string, Call>();
  /** Every call before this one has begun. */
  let begun = 0;
  let waiting = 0;

  function take(entries: readonly Json[]): number {
    const touched = new Set<Call>();
    for (const [position, entry] of entries.entries()) {
      const fields = toObject(entry);
      const spoken = toObject(fields['function'] ?? fields);
      const id = toText(fields['id']);
      const name = toText(spoken['name']);
      const args = toArguments(spoken['arguments']);
      const index = toNumber(fields['index']);
      const found = find(index === undefined ? undefined : String(index), id, name, position);
      const doubled = found && touched.has(found) && id === '' && name !== '' && isClosed(found);
      if (!found && id === '' && name === '' && args === '') continue; // a ghost
      const call = found && !doubled ? found : add(index);
      touched.add(call);
      extend(call, id, name, args);
    }
    return waiting;
  }

  function add(index: number | undefined): Call {
    const key = `call ${all.length}`;
    const call: Call = {
      key,
      position: all.length,
      index: index === undefined ? undefined : String(index),
      id: '',
      name: '',
      begun: false,
      early: [],
      args: brackets(),
    };
    all.push(call);
    if (call.index !== undefined) byIndex.set(call.index, call);
    return call;
  }

  function find(index: string | undefined, id: string, name: string, position: number): Call | undefined {
    const latest = all.at(-1);
    if (index !== undefined) {
      const call = byIndex.get(index);
      return call && (isAnotherId(call, id, name) || isAnotherName(call, name)) ? undefined : call;
    }
    if (id !== '') {
      const call = byId.get(id);
      if (call) return isAnotherName(call, name) ? undefined : call;
      return latest && (latest.id === '' || name === '') && !startsAnother(latest, name, position)
        ? latest
        : undefined;
    }
    return latest && startsAnother(latest, name, position) ? undefined : latest;
  }

  /** Servers that number every call alike tell them apart by id and name together. */
  function isAnotherId(call: Call, id: string, name: string): boolean {
    return id !== '' && call.id !== '' && id !== call.id && name !== '' && call.args.phase() !== 'inside';
  }

  /** A second name, where the first is whole and no arguments are on their way, begins another call whatever its number. */
  function isAnotherName(call: Call, name: string): boolean {
    if (name === '' || name === call.name || call.args.phase() === 'inside') return false;
    return call.begun || (isDeclared(call.name) && isDeclared(name) && !name.startsWith(call.name));
  }

  /** Without index and id: a name begins another call when it is the second of one delta, or the last call has its arguments. */
  function startsAnother(latest: Call, name: string, position: number): boolean {
    if (name === '' || latest.name === '') return false;
    return position > 0 || isClosed(latest) || isAnotherName(latest, name);
  }

  function extend(call: Call, id: string, name: string, args: string): void {
    if (call.id === '') identify(call, id);
    if (!call.begun) call.name = joinName(call.name, name);
    call.args.feed(args);
    if (!call.begun) {
      if (args !== '') call.early.push(args);
      waiting += args.length;
      if (call.name !== '' && (call.early.length > 0 ? !isPart(call.name) : isWhole(call.name))) begin(call);
    } else if (args !== '') writer.delta(call.key, { type: 'input_json_delta', partial_json: args });
  }

  function identify(call: Call, id: string): void {
    call.id = id;
    if (id !== '' && (byId.get(id)?.position ?? -1) < call.position) byId.set(id, call);
  }

  function isDeclared(name: string): boolean {
    return names.declared.includes(name);
  }

  /** True for a name that can become no other. */
  function isWhole(name: string): boolean {
    return isDeclared(name) && !names.declared.some((other) => other !== name && other.startsWith(name));
  }

  /** True for a name that is the beginning of a declared one and none itself. */
  function isPart(name: string): boolean {
    return !isDeclared(name) && names.declared.some((other) => other.startsWith(name));
  }

  /** Calls begin in the order they came: those before it, whose names only waited for what might follow, go first. */
  function begin(call: Call): void {
    for (const earlier of all.slice(begun, call.position))
      if (!earlier.begun && earlier.name !== '' && !isPart(earlier.name)) open(earlier);
    open(call);
    while (all[begun]?.begun) begun++;
  }

  function open(call: Call): void {
    call.begun = true;
    const id = call.id === '' ? '' : clientToolId(call.id, origin);
    writer.open(call.key, { type: 'tool_use', id, name: names.toClient(call.name), input: {} });
    for (const args of call.early) {
      waiting -= args.length;
      writer.delta(call.key, { type: 'input_json_delta', partial_json: args });
    }
    call.early = [];
  }

  function end(): boolean {
    let nameless = false;
    for (const call of all) {
      if (call.begun) continue;
      if (call.name !== '') begin(call);
      else nameless ||= call.early.length > 0;
    }
    return nameless;
  }

  return { take, end };
}

function isClosed(call: Call): boolean {
  return call.args.phase() === 'closed';
}

/** Arguments are text; a server that sends them as an object is taken at its word. */
function toArguments(args: unknown): string {
  if (typeof args === 'string') return args;
  return typeof args === 'object' && args !== null ? JSON.stringify(args) : '';
}

/** A name may come whole, again, growing, or in pieces. */
function joinName(known: string, name: string): string {
  if (name === '' || name === known) return known;
  return name.startsWith(known) ? name : known + name;
}
