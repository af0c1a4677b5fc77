/**
 * The names and paths of fields in a refusal, as its writer spelled them: `reasoningEffort`, `body.stream_options`,
 * `/tools/0/strict`, `system.1.cache_control.ephemeral.scope`. Whether a name is a field of the request is decided by what
 * was sent (`sent-fields.ts`).
 */

/** Names of one refusal that are considered. */
const maxNames = 16;

/** A name or path as programs write it, also with an index in brackets. */
const identifier = /^(?:[a-z$_/#]|\d+[.[])[\w$./[\]#-]{0,199}$/i;

/** English words are names only where the sentence calls them so. */
const called =
  /(?:parameters?|params?|fields?|arguments?|propert(?:y|ies)|keys?|options?|inputs?|headers?|attributes?|names?|supplied|参数|字段|поле|параметр|champ|param[eè]tre|campo|par[aá]metro|feld|パラメータ)\s*(?:is|are|named|called)?\s*[:：=]?\s*[(<[*]{0,2}$/i;

/** Words of refusal before a name. */
const refusing =
  /\b(?:(?:not|n't|cannot) (?:support|accept|allow|take|recogni[sz]e|permit|know)(?: the)?|no|without|omit|remove|drop|unsupported|unknown|unrecognized|unexpected|invalid|disallowed|deprecated|extra|bad)\s*[(<[*]{0,2}$/i;

/** What comes before a name that ends a sentence: `Argument not supported on this model: stop`. */
const refusedBelow = /\b(?:not\s(?:supported|permitted|allowed)|unsupported)\b[^:]{0,30}:\s*$/i;

/** What follows a word that the sentence is about. */
const predicate =
  /^[)>\]*]{0,2}\s*[:：]?\s*(?:(?:is|are|was|were)\s+(?:not\s|un|in|de|for|only)|(?:value|field|parameter)\s|not\s(?:supported|permitted|allowed|available)|unsupported|unknown|invalid|extra\s|this\s|does\snot|must\s|should\s|cannot\s|不|未|无)/i;

/** Words of sentences that are also names of fields, and would be found by coincidence. */
const maxWords = 400;

/** Names in the params, then in the messages: in quotation marks, in the form of programs, called or refused. */
export function namesIn(params: readonly string[], messages: readonly string[]): string[] {
  const names = new Set<string>();
  const quoted = messages.flatMap(quotedNames);
  // Google names a field and the place where it is: Unknown name "x" at 'tools[0]'.
  for (const message of messages) for (const name of placedNames(message)) names.add(name);
  for (const param of params) for (const name of splitList(param)) names.add(name);
  for (const name of quoted) names.add(name);
  for (const message of messages) for (const name of bareNames(message)) names.add(name);
  return [...names].slice(0, maxNames);
}

/** What precedes a list of refused fields: `Unsupported parameter(s): `, `does not support parameters: [`. */
const refusedList =
  /(?:\b(?:unsupported|unknown|unrecogni[sz]ed|unexpected|disallowed|deprecated|extra|not (?:support|permit|allow|accept|recogni)\w*)|不支持)[^:：,]{0,30}[:：] ?[[(]?["'`]?$/i;

/** Between two names of a list. */
const betweenNames = /^["'`]?(?: ?[,，、] ?| and | or )(?:and )?["'`]?$/;

/**
 * Fields that one refusal refuses together, as validators and some sentences do; empty unless there are several. Fields that
 * a refusal only mentions are none of them.
 */
export function refusedTogether(params: readonly string[], messages: readonly string[]): string[] {
  // The same name in two spellings is one field.
  const found = new Map<string, string>();
  for (const name of [...params.flatMap(splitList), ...messages.flatMap(listedNames)])
    if (!found.has(folded(name))) found.set(folded(name), name);
  const names = [...found.values()].filter((name) => !isInConversation(name)).slice(0, maxNames);
  return names.length > 1 ? names : [];
}

function listedNames(message: string): string[] {
  // Pydantic 1 writes a path as `body -> temperature`, Bedrock an unknown key as `extraneous key [thinking]`.
  const found = [...message.matchAll(/\bbody -> (\w{1,80})|\bextraneous key \[(\w{1,80})\]/g)].flatMap(
    ([, path, key]) => path ?? key ?? [],
  );
  let end: number | undefined;
  for (const { 0: word, index } of [...message.matchAll(/[\w$.]+(?:-\w+)*/g)].slice(0, maxWords)) {
    const begins = refusedList.test(message.slice(Math.max(0, index - 60), index));
    const continues = end !== undefined && betweenNames.test(message.slice(end, Math.min(index, end + 12)));
    end = begins || continues ? index + word.length : undefined;
    if (end !== undefined) found.push(word.replace(/\.$/, ''));
  }
  return found;
}

function splitList(param: string): string[] {
  return param.split(/,\s?/, 8).filter((one) => identifier.test(one));
}

function placedNames(message: string): string[] {
  const [first, ...rest] = message.split(/unknown name /i, 9);
  return first === undefined
    ? []
    : rest.flatMap((part) => {
        const [name, place] = quotedNames(part.slice(0, 400));
        const placed = part.slice(0, 400).includes(' at ');
        return name !== undefined && placed && place !== undefined ? [`${place}.${name}`] : [];
      });
}

/** Identifiers in quotation marks. */
function quotedNames(message: string): string[] {
  return [...message.matchAll(/["'`“‘]([^"'`“”‘’\s,]{1,200})["'`”’]/g)].flatMap(([, name]) =>
    name !== undefined && identifier.test(name) ? [name] : [],
  );
}

/** Words between a noun such as `parameter` and a verb. */
const fillers: ReadonlySet<string> = new Set(
  'a an and are as at be by can cannot does for from has have in is it must no not of on one or should that the this to was were which will with you your'.split(
    ' ',
  ),
);

/** What a field is called, and no part of its name. */
const nouns = /^(?:parameters?|params?|fields?|arguments?|propert(?:y|ies)|keys?|options?|inputs?|values?)$/i;

/** Letters of scripts in whose sentences Latin words are names. */
const otherScript =
  /[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Cyrillic}\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Thai}\p{sc=Devanagari}\p{sc=Greek}]/gu;

/** A shorter one may be a sign in a sentence of another language. */
const leastOtherScript = 4;

function bareNames(message: string): string[] {
  const found: string[] = [];
  const foreign = (message.match(otherScript)?.length ?? 0) >= leastOtherScript;
  const words = [...message.matchAll(/[\w$./[\]#-]+/g)].slice(0, maxWords);
  for (const [at, { 0: word, index }] of words.entries()) {
    const name = word
      .replace(/^[./#[]+(?=[\w$])/, (mark) => (mark === '/' ? '/' : ''))
      .replace(/[.:[\]-]+$/, '');
    if (!identifier.test(name) || fillers.has(name.toLowerCase()) || /^https?$/i.test(name)) continue;
    const lead = message.slice(Math.max(0, index - 40), index);
    const trail = message.slice(index + name.length, index + name.length + 40);
    const follows = refusing.test(lead) || refusedBelow.test(lead);
    const precedes = predicate.test(trail);
    // A field may be named by the words that it is made of: Thinking level is not supported.
    if (precedes && lead.endsWith(' ') && !nouns.test(name)) found.push(`${words[at - 1]?.[0]}_${name}`);
    if (follows && trail.startsWith(' ')) found.push(`${name}_${words[at + 1]?.[0]}`);
    if (foreign || isWritten(name) || called.test(lead) || follows || precedes) found.push(name);
  }
  return found;
}

/** A form that English words do not have: `top_p`, `tools.0.strict`, `reasoningEffort`. */
function isWritten(name: string): boolean {
  return /[a-z\d]_[a-z\d]/i.test(name) || /\w[.[/]\w/.test(name) || /[a-z][A-Z]/.test(name);
}

/** The name in the form in which spellings are compared: `reasoningEffort` and `reasoning-effort` are `reasoningeffort`. */
export function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The segments of a path in any spelling, without what stands for the whole body. */
export function toSegments(path: string): string[] {
  const segments = path
    .replaceAll(/[[\]]/g, '.')
    .split(/[./]/)
    .filter((segment) => segment !== '' && segment !== '$' && segment !== '#');
  const [first = '', ...rest] = segments;
  return rest.length > 0 && envelopes.has(folded(first)) ? rest : segments;
}

const envelopes: ReadonlySet<string> = new Set([
  'body',
  'request',
  'requestbody',
  'json',
  'params',
  'payload',
  'generatecontentrequest',
  'root',
  'data',
]);

/** Whether a path leads into the schema of a tool: `tools.0.function.parameters.type`. */
export function isInSchema(path: string): boolean {
  const segments = toSegments(path).map(folded);
  return (
    segments.length > 1 && segments.some((segment) => segment === 'parameters' || segment === 'inputschema')
  );
}

/** Whether a path points into the conversation: `messages.3.content.0`. */
export function isInConversation(path: string): boolean {
  const [first = '', second = ''] = toSegments(path);
  return /^(?:messages|contents|input)$/.test(folded(first)) && /^\d+$/.test(second);
}
