/** What starts and restarts a service: systemd for each user on Linux, launchd on macOS. */
import type { ServiceProgram } from './program.ts';

export interface ServiceState {
  /** It starts with the session of the user. */
  enabled: boolean;
  running: boolean;
  pid?: number;
  /** How its last run ended, if that was a failure. */
  failure?: string;
}

/** Every call is bounded in time. Where one fails, an OccError `service_failed` has what the supervisor said. */
export interface Supervisor {
  name: 'systemd' | 'launchd';
  /** The file that describes the service. */
  file: string;
  /** Whether it reads the file with variables that the user may write. */
  readsEnvironmentFile: boolean;
  render(program: ServiceProgram): string;
  /** The commands that `activate` runs, for a dry run. */
  commands(start: boolean): string[];
  /** Undefined if it can be used, else why not and what to do instead. */
  obstacle(): Promise<{ why: string; remedy: string } | undefined>;
  /** The variables that it gives to every service. */
  environment(): Promise<Record<string, string>>;
  state(): Promise<ServiceState>;
  /** Reads the written file, and enables the service; `start` starts it, or restarts it with what is new. */
  activate(start: boolean): Promise<void>;
  /** Stops and disables it. Its file is still there. */
  deactivate(): Promise<void>;
  /** Called when the file has been removed. */
  forget(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Shows why it does not run. */
  logCommand: string;
  /** False if it ends with the session of the user, with the command that changes it; undefined if that is not known. */
  lingers(): Promise<boolean | undefined>;
}
