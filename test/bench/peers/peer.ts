/** Another proxy that does the same job. */
export interface Peer {
  name: string;
  /** The npm package, in the version whose configuration this file knows. */
  package: string;
  version: string;
  /** The program in the package's folder. */
  program: string;
  /**
   * Writes into a new home directory what the peer needs to listen on `port` and to ask for Chat Completions at
   * `upstreamPort`. Returns the arguments of Node before the program and those of the program.
   */
  configure(home: string, port: number, upstreamPort: number): PeerArguments;
  /** Headers that its clients send. */
  headers: Record<string, string>;
  /** The id of the model that its clients ask for. */
  model: string;
}

export interface PeerArguments {
  node: readonly string[];
  program: readonly string[];
}
