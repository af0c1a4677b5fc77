/** The two forms of a stream: server-sent events, and one JSON array that grows. */
export interface Framing {
  contentType: string;
  /** A chunk, as JSON on one line. */
  chunk(json: string): string;
  /** Frames of the upstream, each `data: …` and a blank line. */
  frames(text: string): string;
  /** The end of a stream. */
  end(): string;
  /** The end of a stream that fails, with an error as JSON on one line. */
  fail(json: string): string;
  /**
   * Blank lines, which change nothing in either form. Google's clients read a comment as an error (laws.md, G1).
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
  // As Google sends it: without `data:`, and without a line end, which older versions of its client require (laws.md, G7).
  fail: (json) => json,
  heartbeat: '\n\n',
};

function jsonArray(): Framing {
  let isEmpty = true;

  function chunk(json: string): string {
    const before = isEmpty ? '[' : ',\r\n';
    isEmpty = false;
    return `${before}${json}`;
  }

  function end(): string {
    return isEmpty ? '[]' : ']';
  }

  return {
    contentType: 'application/json; charset=utf-8',
    chunk,
    frames: (text) =>
      text
        .split('\n\n')
        .map((frame) => (frame === '' ? '' : chunk(frame.replace(/^data: /, ''))))
        .join(''),
    end,
    fail: (json) => chunk(json) + end(),
    heartbeat: '\n\n',
  };
}
