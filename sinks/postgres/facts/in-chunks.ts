/**
 * The condition that a column is one of these chunks. The range lets the server use an index on it. The list is needed
 * only if there are other chunks in between.
 */
export function inChunks(chunkIds: readonly number[], column = 'chunk_id'): string {
  const ids = [...new Set(chunkIds)].sort((a, b) => a - b);
  if (ids.length === 0) return 'false';
  const [first, last] = [ids[0], ids[ids.length - 1]];
  const range = `${column} between ${first} and ${last}`;
  return last - first + 1 === ids.length
    ? range
    : `${range} and ${column} = any('{${ids.join()}}'::integer[])`;
}
