/** The npm package of a client, from which the user's npm can fetch it. None is a dependency of occ. */
export interface ClientPackage {
  /** `Codex`, in sentences. */
  readonly title: string;
  /** Its name at the registry: `@openai/codex`. */
  readonly name: string;
  /** The tested versions, in the form `~major.minor.patch`. */
  readonly versions: string;
  /** What it takes on disk with its dependencies, in megabytes. Measured on Linux. */
  readonly megabytes: number;
  /** The file of its program on PATH. */
  readonly program: string;
  /** Folders in which its installers put the program without adding them to PATH. */
  folders?(home: string): readonly string[];
  /**
   * The program in a `node_modules` folder that npm has written; undefined if it is not there. Absent for the script in
   * `.bin`, which most packages have.
   */
  installed?(modules: string): string | undefined;
}
