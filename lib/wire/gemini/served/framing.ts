/** The two forms of a stream: server-sent events, and one JSON array that grows. */
export interface Framing {
  contentType: string;
  /** A chunk, as JSON on one line. */
  chunk(json: string): string;
  /** Frames of the upstream, each `data: …` and a blank line. */
  frames(text: string): string;
  /** The end of a stream, also of one that fails. */
  end(): string;
  /**
   * Blank lines, which change nothing in either form. A comment would: Google's clients for Python and Go read each line
   * that is no data as an error.
   */
  heartbeat: string;
}

export type FramingName = 'sse' | 'array';

export function framingOf(name: FramingName): Framing {
  return name === 'sse' ? serverSentEvents : jsonArray();
}

const serverSentEvents: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  chunk: (json) => `data: ${json}\n\n`,
  frames: (text) => text,
  end: () => '',
  heartbeat: '\n\n',
};

function jsonArray(): Framing {
  let isEmpty = true;

  function chunk(json: string): string {
    const before = isEmpty ? '[' : ',\r\n';
    isEmpty = false;
    return `${before}${json}`;
  }

  return {
    contentType: 'application/json; charset=utf-8',
    chunk,
    frames: (text) =>
      text
        .split('\n\n')
        .map((frame) => (frame === '' ? '' : chunk(frame.replace(/^data: /, ''))))
        .join(''),
    end: () => (isEmpty ? '[]' : ']'),
    heartbeat: '\n\n',
  };
}
