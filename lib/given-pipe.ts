/**
 * Reads a pipe that a shell has opened for a program and named as one of its descriptors: `<(command)` in bash and zsh
 * becomes `/dev/fd/63`. A named pipe in a folder is not one: its writer may never end it.
 */
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';

/** Milliseconds until a pipe must have ended. A person may have to unlock the key with which a command decrypts. */
const defaultLimitMs = 60_000;

/** A pipe can be read only once, so what was read is kept for later reads. */
const read = new Map<number, Promise<Buffer>>();

/** Whether the path names a descriptor of the process that looks at it, so that no other process can open it later. */
export function namesDescriptor(path: string): boolean {
  return descriptorOf(path) !== undefined;
}

/** Whether the path names a pipe or a socket that this process was started with. */
export function isGivenPipe(path: string): boolean {
  const descriptor = descriptorOf(path);
  if (descriptor === undefined) return false;
  if (read.has(descriptor)) return true;
  try {
    const found = fstatSync(descriptor);
    return found.isFIFO() || found.isSocket();
  } catch {
    return false;
  }
}

/**
 * Reads such a pipe to its end. Rejects with the system's error, with the code EFBIG for more than `maxBytes` and with
 * ETIMEDOUT if it has not ended after `limitMs`.
 */
export function readGivenPipe(path: string, maxBytes: number, limitMs = defaultLimitMs): Promise<Buffer> {
  const descriptor = descriptorOf(path);
  if (descriptor === undefined) return Promise.reject(failure('EBADF', path));
  const reading = read.get(descriptor) ?? readToEnd(descriptor, path, maxBytes, limitMs);
  read.set(descriptor, reading);
  return reading;
}

function descriptorOf(path: string): number | undefined {
  const [, number] = /^\/(?:dev|proc\/self|proc\/thread-self)\/fd\/(\d{1,6})$/.exec(path) ?? [];
  const descriptor = path === '/dev/stdin' ? '0' : number;
  // What this program prints goes to 1 and 2.
  return descriptor === undefined || descriptor === '1' || descriptor === '2'
    ? undefined
    : Number(descriptor);
}

/** The socket closes the descriptor, so that no program that is run later inherits it. */
function readToEnd(fd: number, path: string, maxBytes: number, limitMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const pipe = new Socket({ fd, readable: true, writable: false });
    const timer = setTimeout(() => pipe.destroy(failure('ETIMEDOUT', path)), limitMs);
    pipe.on('data', (piece: Buffer) => {
      bytes += piece.length;
      pieces.push(piece);
      if (bytes > maxBytes) pipe.destroy(failure('EFBIG', path));
    });
    pipe.once('error', reject);
    pipe.once('end', () => resolve(Buffer.concat(pieces)));
    pipe.once('close', () => clearTimeout(timer));
  });
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: read '${path}'`), { code, syscall: 'read', path });
}
