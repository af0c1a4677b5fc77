/** JSON as the simple readers take it: anything may be missing. */
export interface Loose {
  [key: string]: Loose | undefined;
}

export function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function list(value: unknown): Loose[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter((item): item is Loose => typeof item === 'object' && item !== null)
    : [];
}
