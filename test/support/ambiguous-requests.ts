/** Requests that two servers in a row could understand differently (RFC 9112, sections 2.2, 3.2, 5.1, 5.2, 6.1, 6.3, 7.1 and 11.2). */

const post = (...headers: string[]): string =>
  `POST /v1/messages HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`;

const valid = '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hello"}]}';

/** Each of them, with this token, from the first byte to the last. All of them are invalid. */
export function ambiguousRequests(token: string): Record<string, string> {
  const [host, chunked, key] = ['host: localhost', 'transfer-encoding: chunked', `x-api-key: ${token}`];
  const inChunks = (body: string): string => `${post(host, key, chunked)}${body}`;
  return {
    'two Host headers': post(host, host, key, 'content-length: 0'),
    'two different Host headers': post(host, 'host: evil.example', key, 'content-length: 0'),
    'no Host header': post(key, 'content-length: 0'),
    'Content-Length with Transfer-Encoding': `${post(host, key, 'content-length: 5', chunked)}0\r\n\r\n`,
    'Transfer-Encoding with Content-Length': `${post(host, key, chunked, 'content-length: 5')}0\r\n\r\n`,
    'two lengths': `${post(host, key, 'content-length: 1', 'content-length: 2')}{}`,
    'a list of lengths': `${post(host, key, 'content-length: 2, 2')}{}`,
    'a signed length': `${post(host, key, 'content-length: +2')}{}`,
    'a negative length': `${post(host, key, 'content-length: -2')}{}`,
    'a hexadecimal length': `${post(host, key, 'content-length: 0x2')}{}`,
    'a length in words': `${post(host, key, 'content-length: two')}{}`,
    'a length beyond 64 bits': `${post(host, key, 'content-length: 18446744073709551618')}{}`,
    'bare line feeds': post(host, key, 'content-length: 2').replaceAll('\r\n', '\n') + '{}',
    'a bare carriage return': post(host, 'x: a\rcontent-length: 2', key),
    'a blank before the colon': `${post(host, key, 'transfer-encoding : chunked')}0\r\n\r\n`,
    'a blank before the first header': post(` ${host}`, key, 'content-length: 0'),
    'a header without a colon': post(host, key, 'content-length 0'),
    'a header without a name': post(host, key, ': 0'),
    'a folded header': post(host, key, 'x: a\r\n b', 'content-length: 0'),
    'a folded Transfer-Encoding': `${post(host, key, 'transfer-encoding:\r\n chunked')}0\r\n\r\n`,
    'a NUL in a header': post(host, key, 'x: a\0b', 'content-length: 0'),
    'another coding': `${post(host, key, 'transfer-encoding: xchunked')}0\r\n\r\n`,
    'a coding after chunked': `${post(host, key, 'transfer-encoding: chunked, identity')}0\r\n\r\n`,
    'a coding before chunked': `${post(host, key, 'transfer-encoding: identity', chunked)}0\r\n\r\n`,
    'chunked twice': `${post(host, key, chunked, chunked)}0\r\n\r\n`,
    'chunked with a vertical tab': `${post(host, key, 'transfer-encoding: \u000bchunked')}0\r\n\r\n`,
    // Read as chunks, it is a request that is answered, as is the one after it.
    'chunks in HTTP/1.0': `${post(host, key, chunked, 'connection: keep-alive').replace('HTTP/1.1', 'HTTP/1.0')}${valid.length.toString(16)}\r\n${valid}\r\n0\r\n\r\n`,
    'a chunk with bare line feeds': inChunks('2\n{}\n0\n\n'),
    'the size of a chunk with a prefix': inChunks('0x2\r\n{}\r\n0\r\n\r\n'),
    'the size of a chunk with a sign': inChunks('-2\r\n{}\r\n0\r\n\r\n'),
    'the size of a chunk beyond 64 bits': inChunks('10000000000000002\r\n{}\r\n0\r\n\r\n'),
    'a chunk that is longer than its size': inChunks('2\r\n{}{}\r\n0\r\n\r\n'),
    'an extension of a chunk with a bare line feed': inChunks('2;x=\n{}\r\n0\r\n\r\n'),
    'an extension of a chunk of 100 KB': inChunks(`2;x=${'x'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`),
    'another version': post(host, key, 'content-length: 0').replace('HTTP/1.1', 'HTTP/1.2'),
    'no version': 'GET /v1/models\r\n\r\n',
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a blank in the path': post(host, key, 'content-length: 0').replace('/v1/messages', '/v1/mess ages'),
  };
}

/** A whole request that must not be answered, because what precedes it is not understood. */
export const smuggled = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n';
