/** Words for a number that is not the one that is due. */

export function oddIndex(index: number, due: number, type: string): string {
  const what = type === 'tool_use' ? 'a tool call' : 'a block';
  return due === 0
    ? `starts ${what} at index ${index} instead of 0`
    : `numbers a block ${index} where ${due} is due`;
}
