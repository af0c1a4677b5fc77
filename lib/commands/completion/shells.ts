/** The shells that have completions, and the values that are looked up while the user types. */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Values that depend on the configuration, or take long to load. The shell asks for them with `occ completion --list`. */
export const dynamicKinds = ['models', 'providers', 'checks'] as const;
export type DynamicKind = (typeof dynamicKinds)[number];
