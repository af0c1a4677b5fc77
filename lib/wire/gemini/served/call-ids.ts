/**
 * Pairs calls and responses (P9). Google's clients may leave out ids: then a response belongs to the first open call of its
 * name. An id that is missing is derived from the place of the call, so that it stays the same in every longer conversation.
 */
export interface CallIds {
  /** The id of a call at this place. `given` is the client's id, "" if there is none. */
  call(name: string, given: string, place: string): string;
  /** The id of the call that a response belongs to; that of a response without a call is derived from its place. */
  response(name: string, given: string, place: string): string;
}

interface Call {
  id: string;
  name: string;
  /** Whether the client itself named it. */
  named: boolean;
  open: boolean;
}

export function callIds(): CallIds {
  const used = new Set<string>();
  /** The calls by name, oldest first. */
  const byName = new Map<string, Call[]>();
  const byId = new Map<string, Call>();

  function derived(place: string): string {
    let id = `toolu_${place}`;
    while (used.has(id)) id = `${id}_`;
    return id;
  }

  function firstOpen(name: string, isUnnamed: boolean): Call | undefined {
    const calls = byName.get(name);
    while (calls?.[0]?.open === false) calls.shift();
    return calls?.find((call) => call.open && !(isUnnamed && call.named));
  }

  return {
    call(name, given, place) {
      const id = given === '' ? derived(place) : given;
      used.add(id);
      const call = { id, name, named: given !== '', open: true };
      const calls = byName.get(name);
      if (calls) calls.push(call);
      else byName.set(name, [call]);
      byId.set(id, call);
      return id;
    },
    response(name, given, place) {
      const call = given === '' ? firstOpen(name, false) : (byId.get(given) ?? firstOpen(name, true));
      if (call) call.open = false;
      const id = call?.id ?? (given === '' ? derived(place) : given);
      used.add(id);
      return id;
    },
  };
}
