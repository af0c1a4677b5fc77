/** Environment variables as OpenTelemetry reads them: one that is empty counts as not set. Pure. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of the variables that is set, without blanks around its value. */
export function valueIn(
  env: Environment,
  ...names: readonly string[]
): { name: string; value: string } | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) return { name, value };
  }
  return undefined;
}

/** Whether anything else must be read: without a collector no traces are sent. */
export function namesCollector(env: Environment): boolean {
  return valueIn(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT') !== undefined;
}
