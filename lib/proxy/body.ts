/** The body of an upstream's response, and how to read it. */
import { Buffer } from 'node:buffer';
import { finished, type Readable } from 'node:stream';

/** Takes a piece of a body. False ends the reading; a promise pauses the upstream until it resolves. */
export type Take = (piece: Uint8Array) => boolean | Promise<boolean>;

/** A body, which is read once. */
export interface Body {
  /**
   * Calls `take` with each piece, to the end of the body or until `take` returns false, which closes the connection. Rejects
   * with what `take` throws, and with an UpstreamError when the connection breaks or the request is aborted.
   */
  read(take: Take): Promise<void>;
}

/**
 * Reads a stream by its events: an iterator would cost several promises for each piece. Errors of the stream are rejected as
 * `describe` returns them.
 */
export function readStream(
  stream: Readable,
  take: Take,
  describe = (error: unknown): unknown => error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    /** The piece that `take` still works on. */
    let taking: Promise<void> | undefined;
    let stopped = false;

    function stop(end: () => void): void {
      stopped = true;
      end();
      stream.destroy();
    }

    function next(piece: Uint8Array): void {
      if (stopped) return;
      try {
        const more = take(piece);
        if (more === true) return;
        if (more === false) return stop(resolve);
        stream.pause();
        taking = more.then(
          (goOn) => {
            taking = undefined;
            if (goOn) stream.resume();
            else stop(resolve);
          },
          (error: unknown) => stop(() => reject(error)),
        );
      } catch (error) {
        stop(() => reject(error));
      }
    }

    finished(stream, { writable: false }, (error) => {
      const end = (): void => (error ? reject(describe(error)) : resolve());
      // What arrived before the end is taken first.
      if (taking) void taking.then(end);
      else end();
    });
    stream.on('data', next);
  });
}

const most = 256 * 1024;

/** The body as text. Beyond 256 KiB it stops reading, and the text ends there. */
export async function readBounded(body: Body): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  await body.read((piece) => {
    pieces.push(piece);
    bytes += piece.length;
    return bytes <= most;
  });
  return Buffer.concat(pieces).toString('utf8');
}
