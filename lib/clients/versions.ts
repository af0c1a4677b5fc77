/** Compares versions of the form major.minor.patch. */

/** True for a version within `~major.minor.patch`. */
export function wasTested(version: string, range: string): boolean {
  const [major, minor] = numbers(version);
  const oldest = range.replace('~', '');
  const [wantedMajor, wantedMinor] = numbers(oldest);
  return major === wantedMajor && minor === wantedMinor && !isOlder(version, oldest);
}

/** True if the first version is lower. */
export function isOlder(version: string, than: string): boolean {
  const other = numbers(than);
  for (const [i, number] of numbers(version).entries()) {
    if (number !== other[i]) return number < (other[i] ?? 0);
  }
  return false;
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
