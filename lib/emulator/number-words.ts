/** Numbers in English words. */

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = '  twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** `two hundred and forty-one`. For integers from 0 to 999. */
export function numberWords(number: number): string {
  const rest = number % 100;
  if (number < 20) return small[number] ?? '';
  if (number < 100)
    return rest % 10 === 0 ? (tens[rest / 10] ?? '') : `${tens[Math.floor(rest / 10)]}-${small[rest % 10]}`;
  const hundreds = `${small[Math.floor(number / 100)]} hundred`;
  return rest === 0 ? hundreds : `${hundreds} and ${numberWords(rest)}`;
}

/** The number from 1 to 999 with these words, or undefined. */
export function wordsToNumber(words: string): number | undefined {
  const wanted = words.trim().toLowerCase();
  return Array.from({ length: 999 }, (_, at) => at + 1).find(
    (number) =>
      numberWords(number) === wanted || numberWords(number).replace(/^one hundred/, 'a hundred') === wanted,
  );
}
