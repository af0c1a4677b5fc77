/** Access to JSON whose fields may be missing or have any type. */
export interface LooseJson {
  [key: string]: LooseJson | undefined;
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function asObjects(value: unknown): LooseJson[] {
  return Array.isArray(value)
    ? (value as unknown[]).filter((item): item is LooseJson => typeof item === 'object' && item !== null)
    : [];
}
