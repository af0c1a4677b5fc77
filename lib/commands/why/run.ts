/** Finds the request, and prints what happened to it. */
import { exitCodes, OccError } from '../../errors.ts';
import { readRequestId } from '../../request-id.ts';
import type { System } from '../../terminal/command-context.ts';
import type { Output } from '../../terminal/output.ts';
import { widthOf } from '../../terminal/width.ts';
import { wrap } from '../../terminal/wrap.ts';
import { renderWhy } from './page.ts';
import { search, type Search } from './sources.ts';
import { explain } from './explain.ts';
import { detourOf, type Detour, type ExplainedRequest } from './explained.ts';

/** Resolves to the exit code. OccError `request_unknown` for an id that is not found, `usage` for one of another form. */
export async function runWhy(given: string | undefined, system: System, output: Output): Promise<number> {
  const id = given === undefined ? undefined : toId(given);
  const found = await search(id, system);
  const { explained, looked } = found;
  if (explained === undefined) {
    if (given !== undefined) throw unknown(given, looked);
    if (output.json) output.printJson({ found: false, source: null, request: null, next: [], looked });
    else for (const line of renderNone(found, widthOf(system.stdout))) output.print(line);
    return exitCodes.ok;
  }
  const explanation = explain(explained);
  if (output.json) {
    const next = explanation.next.map(([command, purpose]) => ({ command, purpose }));
    output.printJson({ found: true, source: explained.source, request: explained.request, next, looked });
  } else {
    const intro = id === undefined ? introOf(explained.request) : undefined;
    const page = { ...explanation, ...(intro !== undefined && { intro }) };
    for (const line of renderWhy(explained, page, output.style, widthOf(system.stdout))) output.print(line);
  }
  return exitCodes.ok;
}

function toId(given: string): string {
  const id = readRequestId(given);
  if (id !== undefined) return id;
  throw new OccError('usage', `${JSON.stringify(given)} is not the id of a request`, {
    exitCode: exitCodes.usage,
    remedy: 'occ why explains the last failure; an id is in every error of occ, as in occ why req_3f2a9c',
  });
}

/** Says of a request that was answered why it is the one that is explained. */
function introOf(request: ExplainedRequest): string | undefined {
  const detour = detourOf(request);
  return detour && `No request failed. The last one that ${byDetour[detour]}:`;
}

const byDetour: Readonly<Record<Detour, string>> = {
  fallback: 'a fallback answered',
  repair: 'was answered after occ changed it',
  retry: 'needed a second try',
};

function renderNone({ looked, known }: Search, columns: number | undefined): string[] {
  const { requests, answered } = known;
  const what =
    requests === 0
      ? 'No request is on record.'
      : `No request failed. ${answered === 1 ? '1 request was answered, by its first model' : `${answered} requests were answered, each by its first model`}, without another try.`;
  return [what, ...looked.map((place) => `Looked at ${place}.`)].flatMap((line) => wrapped(line, columns));
}

function wrapped(line: string, columns: number | undefined): string[] {
  return columns === undefined ? [line] : wrap(line, columns);
}

function unknown(given: string, looked: readonly string[]): OccError {
  return new OccError('request_unknown', `no request ${given} is on record; looked at ${looked.join(', ')}`, {
    remedy: 'occ logs lists the requests of the log',
  });
}
