export function bundle(
  files: readonly string[],
  outdir: string,
  options?: { banner?: string; alias?: Readonly<Record<string, string>> },
): Promise<void>;
export function bundled(outdir: string, file: string): string;
