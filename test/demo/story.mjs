/**
 * What happened in a launch, told from the lines of its log, and which promises did not come true. No sentence is printed that
 * the log does not prove.
 */

/**
 * @typedef {Record<string, any>} Line A line of the log.
 * @typedef {{ number: number, stream: boolean, attempts: Line[], cut: boolean, refused: boolean }} Request
 * @typedef {{ exit: number | string, text: string | undefined }} Outcome How the client ended, and what the file says.
 */

/**
 * Reads the lines of the log as the requests of the client, in order.
 * @param {readonly Line[]} lines
 * @returns {Request[]}
 */
export function requestsIn(lines) {
  /** @type {Map<string, Request>} */
  const requests = new Map();
  for (const { event, request: id, ...line } of lines) {
    if (event === 'request')
      requests.set(id, {
        number: requests.size + 1,
        stream: line.stream,
        attempts: [],
        cut: false,
        refused: false,
      });
    const request = requests.get(id);
    if (request === undefined) continue;
    if (event === 'attempt') request.attempts.push(line);
    if (event !== 'refused') continue;
    request.refused = true;
    // The client had a part of the answer, so that the error was an event of the stream.
    request.cut = line.ending === 'cut';
  }
  return [...requests.values()];
}

/**
 * The story in four sentences, and the promises that did not come true, each with what happened instead.
 * @param {readonly Line[]} lines
 * @param {Outcome} outcome
 * @returns {{ story: string[], broken: string[] }}
 */
export function storyOf(lines, { exit, text }) {
  const requests = requestsIn(lines);
  /** @type {string[]} */
  const story = [];
  /** @type {string[]} */
  const broken = [];
  const told = [tellFallback(requests), tellCut(requests), tellTask(exit, text)];
  for (const [sentence, failed] of told) {
    if (sentence !== undefined) story.push(sentence);
    if (failed !== undefined) broken.push(failed);
  }
  story.push(tellCounts(requests));
  return { story, broken };
}

/** @typedef {[sentence: string | undefined, broken?: string]} Told */

const isRefused = (/** @type {Line} */ { outcome, upstreamStatus }) =>
  outcome === 'refused' && upstreamStatus === 429;
const isAnswered = (/** @type {Line} */ { outcome }) => outcome === 'answered';

/**
 * @param {readonly Request[]} requests
 * @returns {Told}
 */
function tellFallback(requests) {
  const saved = requests.filter(
    ({ attempts, refused }) => attempts.some(isRefused) && attempts.some(isAnswered) && !refused,
  );
  const [first, ...more] = saved;
  const failed = first?.attempts.find(isRefused)?.model;
  const answered = first?.attempts.find(isAnswered)?.model;
  if (first === undefined || failed === answered)
    return [undefined, 'no request that was refused with 429 was answered by another model'];
  const others = more.length === 0 ? '' : ` (and ${more.map(({ number }) => number).join(', ')})`;
  return [
    `${failed} refused request ${first.number}${others} with 429. ${answered} answered, and Claude Code saw no error.`,
  ];
}

/**
 * @param {readonly Request[]} requests
 * @returns {Told}
 */
function tellCut(requests) {
  const cut = requests.find((request) => request.cut);
  if (cut === undefined) return [undefined, 'no stream was cut after its first words'];
  const again = requests.find(({ number, attempts }) => number > cut.number && attempts.some(isAnswered));
  if (again === undefined) return [undefined, 'Claude Code did not ask again after the cut'];
  return [
    `In request ${cut.number}, the stream of ${cut.attempts.at(-1)?.model} was cut. occ sent an error event instead of an end, and Claude Code asked again: request ${again.number} has the whole answer.`,
  ];
}

/**
 * @param {number | string} exit
 * @param {string | undefined} text
 * @returns {Told}
 */
function tellTask(exit, text) {
  if (exit !== 0) return [undefined, `Claude Code exited with ${exit}`];
  if (text === undefined) return [undefined, 'hello.txt was not written'];
  if (text !== 'hello from occ') return [undefined, `hello.txt says: ${text}`];
  return [`Claude Code wrote hello.txt and exited with 0. The file says: ${text}`];
}

/** @param {readonly Request[]} requests */
function tellCounts(requests) {
  const attempts = requests.flatMap((request) => request.attempts);
  const refused = attempts.filter(isRefused).length;
  const answered = attempts.filter(isAnswered).length;
  const cut = requests.filter((request) => request.cut).length;
  return `${requests.length} requests took ${attempts.length} attempts: ${refused} refused with 429, ${cut} cut, ${answered} answered. No key was needed.`;
}
