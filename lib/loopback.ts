/** Recognizes loopback hosts. */

/** True for 127.0.0.0/8, ::1, localhost and its subdomains. Accepts an IPv6 host with or without brackets. */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    bare === 'localhost' ||
    bare.endsWith('.localhost') ||
    bare === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(bare)
  );
}
