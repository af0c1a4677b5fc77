/** The types of a configuration file that the schema accepts. Every key is optional. */
import type { configSchema, keys } from './schema.ts';
import type { ObjectOf, ValueOf } from './schema-node.ts';

export type ConfigFile = ObjectOf<typeof configSchema.properties>;
export type FileKeys = ObjectOf<typeof keys>;
export type FileEntry = ValueOf<typeof configSchema.definitions.model>;
/** A section of `providers`, which has every key that a built-in provider has. */
export type FileProvider = ValueOf<typeof configSchema.definitions.custom>;
