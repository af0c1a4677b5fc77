/** An upstream whose requests are recorded, without changing a byte. */
import type { Body } from '../body.ts';
import { UpstreamError } from '../upstream-error.ts';
import type { Answer, Upstream } from '../upstream.ts';
import type { RecordedAttempt } from './recording.ts';
import type { Tape } from './tape.ts';

/** The recording to which an attempt belongs. */
export interface Recorded {
  /** Milliseconds since the arrival of the request. */
  elapsed(): number;
  /** Copies a piece of a body. */
  add(to: Tape, piece: Uint8Array): void;
}

/** Fills in the attempt while its request runs. A class for the same reason as `Reel`. */
export class RecordedUpstream implements Upstream {
  private readonly upstream: Upstream;
  private readonly attempt: RecordedAttempt;
  private readonly recording: Recorded;

  constructor(upstream: Upstream, attempt: RecordedAttempt, recording: Recorded) {
    this.upstream = upstream;
    this.attempt = attempt;
    this.recording = recording;
  }

  async post(
    url: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { attempt, recording } = this;
    attempt.sentMs = recording.elapsed();
    attempt.sentLength = body.length;
    attempt.sentHeaders = Object.keys(headers);
    try {
      const answer = await this.upstream.post(url, headers, body, signal);
      attempt.status = answer.status;
      attempt.headers = answer.headers;
      attempt.headersMs = recording.elapsed();
      return { status: answer.status, headers: answer.headers, body: this.recorded(answer.body, signal) };
    } catch (error) {
      this.fail(error, signal);
      throw error;
    }
  }

  get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    return this.upstream.get(url, headers, signal);
  }

  close(): Promise<void> {
    return this.upstream.close();
  }

  private recorded(body: Body, signal: AbortSignal): Body {
    const { attempt, recording } = this;
    return {
      read: async (take) => {
        try {
          await body.read((bytes) => {
            recording.add(attempt.body, bytes);
            return take(bytes);
          });
          this.end('complete');
        } catch (error) {
          this.fail(error, signal);
          throw error;
        }
      },
    };
  }

  private end(how: RecordedAttempt['ended']): void {
    this.attempt.ended = how;
    this.attempt.endedMs = this.recording.elapsed();
  }

  private fail(error: unknown, signal: AbortSignal): void {
    this.end(signal.aborted ? 'left' : 'broken');
    if (signal.aborted || !(error instanceof UpstreamError)) return;
    const { trouble, code, message, fault } = error;
    this.attempt.fault = { trouble, code, message, ...(fault && { network: fault }) };
  }
}
