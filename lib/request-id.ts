/** The ids of requests as people type them: whole, without the prefix, or only the start. Pure. */

const form = /^(?:req_)?([0-9a-f]{1,24})$/;

/** The id, or its start, with the prefix; undefined for what cannot be one. */
export function readRequestId(given: string): string | undefined {
  const [, digits] = form.exec(given.trim().toLowerCase()) ?? [];
  return digits === undefined ? undefined : `req_${digits}`;
}
