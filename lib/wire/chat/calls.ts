/**
 * Assigns each entry of `tool_calls` to a call. Servers number calls from 0, from 1, as strings, or not at all; ids and
 * names arrive late, in pieces, repeatedly, or never. A call is sent to the client once its name is known.
 */
import type { Writer } from '../../anthropic/writer.ts';
import { brackets, type Brackets } from '../../stream/brackets.ts';
import { attachedFields, isVoid, type AttachedFields } from '../decode/attached-fields.ts';
import { toNumber, toObject, toText, type Json, type JsonObject } from '../../json.ts';

export interface CallNames {
  /** The tool names sent to the upstream, to distinguish complete names from partial ones. */
  declared: readonly string[];
  /** Maps the upstream's name to the client's (L6). */
  toClient(name: string): string;
  /** Maps the upstream's id of a call to the client's (P9). */
  toClientId(id: string): string;
  /** Returns the signature of a block that carries what was attached to a call (P11). */
  carry(attached: JsonObject): string;
  /** Logs, once for each `what`, that something was left out. */
  drop(what: string): void;
}

export interface Calls {
  /** Reads the `tool_calls` of one delta. Returns the number of argument characters that wait for a name. */
  take(entries: readonly Json[]): number;
  /** Sends the calls that are still waiting. Returns true when a call with arguments has no name. */
  end(): boolean;
}

/** Fields of a call that are read, or that say nothing about it. */
const callFields: ReadonlySet<string> = new Set(['id', 'index', 'type', 'function', 'name', 'arguments']);
const functionFields: ReadonlySet<string> = new Set(['id', 'index', 'name', 'arguments']);

interface Call {
  key: string;
  position: number;
  index: string | undefined;
  id: string;
  name: string;
  begun: boolean;
  /** Arguments that arrived before the name. */
  early: string[];
  /** Tells whether the arguments are complete. */
  args: Brackets;
  /** Unknown fields of the call and of its `function`. */
  outer: AttachedFields;
  inner: AttachedFields;
  /** The client's id, once the call has begun. */
  clientId: string;
}

export function calls(writer: Writer, names: CallNames): Calls {
  const all: Call[] = [];
  // The latest call with each index and each id; indexed because a response may have thousands of calls.
  const byIndex = new Map<string, Call>();
  const byId = new Map<string, Call>();
  /** Every call at a position below this has begun. */
  let firstWaiting = 0;
  /** Characters of arguments that wait for a name. */
  let waiting = 0;

  function take(entries: readonly Json[]): number {
    const touched = new Set<Call>();
    for (const [position, entry] of entries.entries()) {
      const fields = toObject(entry);
      const called = toObject(fields['function'] ?? fields);
      const id = toText(fields['id']);
      const name = toText(called['name']);
      const args = toArguments(called['arguments']);
      const index = toNumber(fields['index']);
      const found = find(index === undefined ? undefined : String(index), id, name, position);
      const isSecondCall = found && touched.has(found) && id === '' && name !== '' && isClosed(found);
      if (!found && id === '' && name === '' && args === '' && !attaches(fields)) continue;
      const call = found && !isSecondCall ? found : add(index);
      call.outer.add(fields);
      if (called !== fields) call.inner.add(called);
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
      outer: attachedFields(callFields, 'a call', (what) => names.drop(what)),
      inner: attachedFields(functionFields, 'a call', (what) => names.drop(what)),
      clientId: '',
    };
    all.push(call);
    if (call.index !== undefined) byIndex.set(call.index, call);
    return call;
  }

  function find(index: string | undefined, id: string, name: string, position: number): Call | undefined {
    const latest = all.at(-1);
    if (index !== undefined) {
      const call = byIndex.get(index);
      return call && (isDifferentId(call, id, name) || isDifferentName(call, name)) ? undefined : call;
    }
    if (id !== '') {
      const call = byId.get(id);
      if (call) return isDifferentName(call, name) ? undefined : call;
      return latest && (latest.id === '' || name === '') && !startsNewCall(latest, name, position)
        ? latest
        : undefined;
    }
    return latest && startsNewCall(latest, name, position) ? undefined : latest;
  }

  /** Some servers use one index for every call; a new id together with a name starts another call there. */
  function isDifferentId(call: Call, id: string, name: string): boolean {
    return id !== '' && call.id !== '' && id !== call.id && name !== '' && call.args.phase() !== 'inside';
  }

  /** A different name after a complete one starts another call, unless the call's arguments are incomplete. */
  function isDifferentName(call: Call, name: string): boolean {
    if (name === '' || name === call.name || call.args.phase() === 'inside') return false;
    return call.begun || (isDeclared(call.name) && isDeclared(name) && !name.startsWith(call.name));
  }

  /** Without index and id, a name starts another call after the first entry of a delta, or if the latest call is complete. */
  function startsNewCall(latest: Call, name: string, position: number): boolean {
    if (name === '' || latest.name === '') return false;
    return position > 0 || isClosed(latest) || isDifferentName(latest, name);
  }

  function extend(call: Call, id: string, name: string, args: string): void {
    if (call.id === '') setId(call, id);
    if (!call.begun) call.name = joinName(call.name, name);
    call.args.feed(args);
    if (!call.begun) {
      if (args !== '') call.early.push(args);
      waiting += args.length;
      const isKnown = call.early.length > 0 ? !isPartial(call.name) : isComplete(call.name);
      if (call.name !== '' && isKnown) begin(call);
    } else if (args !== '') writer.delta(call.key, { type: 'input_json_delta', partial_json: args });
  }

  function setId(call: Call, id: string): void {
    call.id = id;
    if (id !== '' && (byId.get(id)?.position ?? -1) < call.position) byId.set(id, call);
  }

  function isDeclared(name: string): boolean {
    return names.declared.includes(name);
  }

  /** True for a declared name that is not the start of another one. */
  function isComplete(name: string): boolean {
    return isDeclared(name) && !names.declared.some((other) => other !== name && other.startsWith(name));
  }

  /** True for an undeclared name that is the start of a declared one. */
  function isPartial(name: string): boolean {
    return !isDeclared(name) && names.declared.some((other) => other.startsWith(name));
  }

  /** Calls begin in the order of their arrival, so earlier calls whose names may have been incomplete begin first. */
  function begin(call: Call): void {
    for (const earlier of all.slice(firstWaiting, call.position))
      if (!earlier.begun && earlier.name !== '' && !isPartial(earlier.name)) open(earlier);
    open(call);
    while (all[firstWaiting]?.begun) firstWaiting++;
  }

  function open(call: Call): void {
    call.begun = true;
    call.clientId = writer.reserveId(names.toClientId(call.id));
    carry(call);
    writer.open(call.key, {
      type: 'tool_use',
      id: call.clientId,
      name: names.toClient(call.name),
      input: {},
    });
    for (const args of call.early) {
      waiting -= args.length;
      writer.delta(call.key, { type: 'input_json_delta', partial_json: args });
    }
    call.early = [];
  }

  /** Writes a block that carries what was attached to the call. */
  function carry(call: Call): void {
    if (!call.outer.isNew() && !call.inner.isNew()) return;
    writer.carry(names.carry({ call: call.clientId, outer: call.outer.take(), inner: call.inner.take() }));
  }

  function end(): boolean {
    let unnamed = false;
    for (const call of all) {
      if (call.begun) {
        carry(call);
        continue;
      }
      if (call.name !== '') begin(call);
      else unnamed ||= call.early.length > 0;
    }
    return unnamed;
  }

  return { take, end };
}

/** Whether an entry has fields that go back to the upstream; they may come before the id and the name. */
function attaches(fields: JsonObject): boolean {
  return Object.entries(fields).some(([name, value]) => !callFields.has(name) && !isVoid(value));
}

function isClosed(call: Call): boolean {
  return call.args.phase() === 'closed';
}

/** Arguments are text, but some servers send an object. */
function toArguments(args: unknown): string {
  if (typeof args === 'string') return args;
  return typeof args === 'object' && args !== null ? JSON.stringify(args) : '';
}

/** Servers send a name at once, repeatedly, growing, or in pieces. */
function joinName(known: string, name: string): string {
  if (name === '' || name === known) return known;
  return name.startsWith(known) ? name : known + name;
}
