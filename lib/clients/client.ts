/**
 * What `occ launch` knows of a client. Each client is one file, and an entry in `clients.ts`; nothing outside this folder
 * depends on which clients there are.
 */
import type { Settings } from '../config/settings.ts';
import type { WireFormat } from '../wire/formats.ts';
import type { Choice } from './choice.ts';
import type { ClientPackage } from './client-package.ts';
import type { Environment } from './environment.ts';
import type { OfferedModel } from './offered-models.ts';
import type { OptionTable } from './option-table.ts';

export interface Client {
  /** The word after `occ launch`. */
  readonly name: string;
  readonly package: ClientPackage;
  /** The format of its requests to the proxy. */
  readonly format: WireFormat;
  readonly options: OptionTable;
  /** The id that it requests without `-m`: the one for which occ picks the model. */
  readonly automatic: string;
  /** Variables with credentials of its own, which neither it nor npx gets. */
  readonly credentials: readonly string[];
  /** Values that `-m` accepts beside those of occ, because the client resolves them. */
  readonly aliases?: ReadonlySet<string>;
  /** Whether `--auto-mode` has a meaning for it. */
  readonly hasAutoMode?: boolean;
  /** False if these arguments make it print its answer and end: then lines on stderr break no screen. */
  isInteractive(args: readonly string[]): boolean;
  /** The arguments that continue a session; absent if the proxy does not learn its sessions. */
  resume?(session: string): readonly string[];
  /** Checks the arguments, before anything is fetched or started, and reads what the client's own files say. */
  begin(launch: Launch): Promise<Begun>;
}

/** What is known before anything starts. */
export interface Launch {
  /** The client's arguments, as the user typed them. */
  args: readonly string[];
  /** The environment of occ itself. */
  env: Environment;
  home: string;
  cwd: string;
  platform: NodeJS.Platform;
  /** The proxy is that of `occ start`, so it outlives the client. */
  attach: boolean;
  autoMode: boolean;
  /** Leave the variables with provider keys in the child's environment. */
  keepEnv: boolean;
  noColor: boolean;
  /** The folders of occ for files that go with a process, and for those that stay. */
  runtimeDir: string;
  stateDir: string;
}

/** What is known of the proxy when the client is to start. */
export interface Ready {
  settings: Settings;
  /** `http://127.0.0.1:49152`, without a path. */
  url: string;
  token: string;
  /** The choice made by `-m`, else the automatic one. */
  choice: Choice;
  /** What the client can offer in its model picker. */
  models: () => readonly OfferedModel[];
  /** A header for its requests, beside those of the user: the folder in which it runs. */
  header?: { name: string; value: string };
  /** The folder in which the proxy keeps the status lines. */
  sessions: string;
  /**
   * The folder for files that go with the launch. Nothing is there yet. Absent for `occ env`, whose variables have no end
   * at which a file could be removed.
   */
  folder?: string;
}

/** A sentence that is printed once as long as `onceFor` stays the same. */
export interface EndNotice {
  text: string;
  onceFor: string;
}

export interface Begun {
  /** Computes, and writes nothing. */
  prepare(ready: Ready): Prepared;
  /** Notices for the user after the client has ended. */
  ended?(settings: Settings): readonly EndNotice[];
}

export interface PrivateFolder {
  path: string;
  /** The texts of files, by their names below the folder. */
  files: Readonly<Record<string, string>>;
  /** Links to files and folders of the user, which stay in use, by their names below the folder. */
  links?: Readonly<Record<string, string>>;
  /** The files may hold secrets of the user, so that their texts are not printed. */
  isSecret?: boolean;
}

/** A command ready to be spawned. */
export interface Prepared {
  args: string[];
  /**
   * A file that the arguments name. The caller writes it for the owner alone, and removes it after the child unless it stays.
   */
  privateFile?: { path: string; text: string; stays: boolean };
  /** `Ready.folder` with its content. The caller writes it for the owner alone, and removes it after the child. */
  folder?: PrivateFolder;
  /** The whole environment of the child. */
  env: Record<string, string>;
  /** The exit code with which the client asks to be started again with the same arguments. */
  restartCode?: number;
  /** Variables that were set or changed, for `--dry-run`. */
  changed: Record<string, string>;
  /** Variables that were removed, for `--dry-run`. */
  removed: string[];
  /** Names in `changed` whose values are secret. */
  secrets: string[];
  /** Notices for the user, one sentence each. */
  notes: string[];
}
