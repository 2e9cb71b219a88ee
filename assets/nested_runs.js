/* Nested runs: puts each row below the row of its parent. */
/** @typedef {{ id: string, parent_id: string | null }} Nested a row of a run */

/** Returns [row, depth] of all rows, children right below their parent; else the order stays.
 *
 * A run whose parent is not among the rows is at depth 0; so is one of several runs that are each other's parents.
 *
 * @template {Nested} Row
 * @param {Row[]} rows
 * @returns {[Row, number][]}
 */
function together(rows) {
  const there = new Set(rows.map((row) => row.id));
  /** @type {Map<string, Row[]>} */
  const below = new Map();
  for (const row of rows) {
    if (row.parent_id === null || !there.has(row.parent_id)) continue;
    const children = below.get(row.parent_id);
    if (children) children.push(row);
    else below.set(row.parent_id, [row]);
  }
  /** @type {Map<string, [Row, number]>} */
  const placed = new Map();
  /** @param {Row} first */
  const place = (first) => {
    /** @type {[Row, number][]} */
    const waiting = [[first, 0]];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [row, depth] = next;
      if (placed.has(row.id)) continue;
      placed.set(row.id, [row, depth]);
      for (const child of [...(below.get(row.id) || [])].reverse()) waiting.push([child, depth + 1]);
    }
  };
  for (const row of rows) if (row.parent_id === null || !there.has(row.parent_id)) place(row);
  for (const row of rows) place(row); // those left are each other's parents
  return [...placed.values()];
}

export { together };
