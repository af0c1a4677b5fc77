/** What doctor must know of providers beyond their settings. */

/** The two that are built in, whose usual addresses occ knows. */
export function isOpencode(name: string): boolean {
  return name === 'opencode-go' || name === 'opencode-zen';
}

/** `providers.ollama.base_url` → `providers.ollama`. */
export function sectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}
