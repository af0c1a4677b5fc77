/** The words of error messages that stay: they decide what a failure means, and say nothing about a conversation. */
import { wordings } from '../../proxy/rejections/wordings/all.ts';
import { ahead, behind } from '../../proxy/rejections/token-words.ts';

/** English function words, and the vocabulary of errors, APIs and networks. */
const common = `
a about above accept accepted accepts access according account accounts after again all allow allowed allows already also
although am among an and another any api apis are around array as ask asked at auth authentication authorization available
bad base be because been before begin being below beta beyond between billing bit body boolean both busy but by bytes
cache call called calls can cancelled cannot capacity certificate char character characters chat check choose client close
closed closing code column complete completed completion completions configured connect connected connection contact
contain contained contains content contents context continue control could count create credentials credit credits current
currently daily data day days deadline default denied deprecated did different disabled disallowed docs document documents
does done down due during each effort either else embedding empty enable enabled encoding end ended endpoint engine enough
error errors event every exceed exceeded exceeds exception exclusive exist exists expect expected expired extra fail failed
failure false fewer field fields file files filter finish first flagged follow following for forbidden format found free
from full function functions further gateway get got greater group had has have header headers heartbeat height help here
high higher host hour hours how however http https id if illegal image images implemented in inclusive incomplete incorrect
index input inputs insert inside instead insufficient integer interactive internal into invalid is issue it its json keep
keepalive key keys kind know known large larger last later least length less level like likely limit limited limits line
list load loading local long longer loop lost low lower make malformed many match matches max maximum may maybe me mean
media memory message messages method might min minimum minute minutes mismatch missing mode model models modify monthly
more most much multiple must my name named names need needed needs negative network never new next no none nor not nothing
now null number numbers object occurred of off offset on once one only open operation option optional options or order
organization other our out output outside over overload overloaded own page param parameter parameters params parse parsed
parsing part parts path payload payment per permission permissions permit permitted plain plan please policy position
positive possible post previous problem process processing profile prohibited project prompt prompts properties property
protocol provide provided provider providers proxy purchase quota range rate reach reached read ready reason reasoning
received recognized reduce refused region reject rejected remaining remove replace request requested requests require
required requires reset resource resources response responses result results retries retry return returned role run same
schema schemas scope second seconds see select sensitive sent sequence sequences server servers service session set several
shall should shorter shutting signature similar since single size slow small so socket some something soon specified stack
start state status still stop stopped store stream streaming string strings submit such suggested support supported supports
syntax system take takes team temperature temporarily temporary text than that the their them then there these they thinking
this those though three throttled through tier time timed timeout times to today together token tokens too tool tools top
total traffic transport trial true try two type types unable unauthorized unavailable under undefined unexpected union
unknown unprocessable unrecognized unrecognised unsupported until up update upgrade upstream url usage use used user uses
using utf valid validation value values variant version very via video was way we week weekly were what when where whether
which while who whole why width will window with within without words work workspace wrong yet you your
accumulate autherror crc eof etag html head title center nginx cloudflare openresty bunny ray gzip ok doctype div span br hr
meta script style bad_gateway tls ssl dns econnreset econnrefused etimedout enotfound epipe ehostunreach
ping alive null sk proj ant openrouter upstream_error
scenario override family requested fallback fallbacks breaker allowance balance gone configuration overrides asked sonnet
opus haiku fable tier think complex background vision long_context fast default spent
`;

const word = /[\p{L}\p{N}]+/gu;

/** In lower case. */
export const lexicon: ReadonlySet<string> = new Set([
  ...common.split(/\s+/).flatMap((one) => one.split('_')),
  ...wordings.flatMap(({ says, example = '' }) => wordsOf(`${says} ${example}`)),
  ...[...ahead, ...behind].flatMap(([, phrases]) => phrases.flatMap(wordsOf)),
]);

/** The words of a text in lower case; parts of names such as `max_tokens` and `maxTokens` are words of their own. */
export function wordsOf(text: string): string[] {
  return (text.match(word) ?? []).flatMap((one) => {
    const parts = one.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+|\p{Lo}+/gu) ?? [];
    return [one, ...parts].map((part) => part.toLowerCase());
  });
}

/** Phrases in Chinese, which has no spaces. */
export const phrases: readonly string[] = [
  ...new Set([...lexicon].filter((one) => /\p{Script=Han}/u.test(one))),
  '上下文',
  '输入',
  '超过',
  '超出',
  '不支持',
  '参数',
  '余额',
  '模型',
];

/** Whether every part of the word is in the lexicon. A number is, unless it is long enough to be of a person. */
export function isKnownWord(one: string, more: ReadonlySet<string>): boolean {
  const lower = one.toLowerCase();
  if (lexicon.has(lower) || more.has(lower)) return true;
  const parts = one.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu);
  if (parts === null || parts.join('') !== one) return false;
  return parts.every((part) =>
    /^\p{N}+$/u.test(part) ? part.length <= longestNumber : lexicon.has(part.toLowerCase()),
  );
}

const longestNumber = 8;
