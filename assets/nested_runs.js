/* Nested runs: puts each row below the row of its parent. */
/** Returns [row, depth] of all rows, children right below their parent; else the order stays.
 *
 * A run whose parent is not among the rows is at depth 0; so is one of several runs that are each other's parents.
 *
 * @param {Props[]} rows
 * @returns {[Props, number][]}
 */
function together(rows) {
  const there = new Set(rows.map((row) => row.id));
  const below = new Map();
  for (const row of rows) {
    if (!there.has(row.parent_id)) continue;
    if (!below.has(row.parent_id)) below.set(row.parent_id, []);
    below.get(row.parent_id).push(row);
  }
  /** @type {Map<string, [Props, number]>} */
  const placed = new Map();
  /** @param {Props} first */
  const place = (first) => {
    /** @type {[Props, number][]} */
    const waiting = [[first, 0]];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [row, depth] = next;
      if (placed.has(row.id)) continue;
      placed.set(row.id, [row, depth]);
      for (const child of [...(below.get(row.id) || [])].reverse()) waiting.push([child, depth + 1]);
    }
  };
  for (const row of rows) if (!there.has(row.parent_id)) place(row);
  for (const row of rows) place(row); // those left are each other's parents
  return [...placed.values()];
}

export { together };
