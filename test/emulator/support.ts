/** Sends requests to the emulator and reads the raw responses. */
import { connect } from 'node:net';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../lib/emulator/server.ts';
import { hangMs } from '../support/limits.ts';

/** Runs `use` with an emulator and then closes it. */
export async function withEmulator<T>(
  options: EmulatorOptions,
  use: (emulator: Emulator) => Promise<T>,
): Promise<T> {
  const emulator = await startEmulator(options);
  try {
    return await use(emulator);
  } finally {
    await emulator.close();
  }
}

/** The time limit of tests that wait. */
export const bounded = { timeout: hangMs };

/** Milliseconds of a silence that no test waits for. It still ends by itself, so that it cannot keep a process running. */
export const longWaitMs = 2 * hangMs;

export const paths = {
  chat: '/v1/chat/completions',
  messages: '/v1/messages',
  responses: '/v1/responses',
  gemini: '/v1beta/models/m:streamGenerateContent',
} as const;
export type Path = keyof typeof paths;
export const formats = Object.keys(paths) as Path[];

/** A body with one prompt that is valid in every format. */
export function question(prompt: string, more: object = {}): Record<string, unknown> {
  return {
    model: 'm',
    max_tokens: 100,
    stream: true,
    messages: [{ role: 'user', content: prompt }],
    input: prompt,
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    ...more,
  };
}

export function post(
  emulator: Emulator,
  format: Path,
  body: object = question('hello'),
  init: RequestInit = {},
): Promise<Response> {
  return fetch(emulator.url + paths[format], { method: 'POST', body: JSON.stringify(body), ...init });
}

export interface RawAnswer {
  /** Everything received, including headers and chunk sizes. */
  text: string;
  /** `end` for a FIN, else the code of the error. */
  closed: string;
}

/** Sends a request over a plain socket and waits until it is closed. */
export function postRaw(emulator: Emulator, format: Path): Promise<RawAnswer> {
  const body = JSON.stringify(question('hello'));
  return new Promise((resolve) => {
    const socket = connect(emulator.port, '127.0.0.1');
    let text = '';
    let closed = 'end';
    socket.setEncoding('latin1');
    socket.on('data', (data: string) => (text += data));
    socket.on('error', (error: NodeJS.ErrnoException) => (closed = error.code ?? 'error'));
    socket.on('close', () => resolve({ text, closed }));
    socket.write(
      `POST ${paths[format]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
