/** Shortens paths for people. */

/** The path for people: with `~` for the home directory. */
export function withTilde(path: string, home: string): string {
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
