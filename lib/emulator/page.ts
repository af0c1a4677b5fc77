/** The web page that a gateway sends for a path without an API. */

export function page(status: number): string {
  const title = status === 404 ? 'Page not found' : 'Welcome';
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body><h1>${title}</h1><p>occ's emulator, status ${status}.</p></body>
</html>
`;
}
