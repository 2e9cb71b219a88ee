/* The ticked runs that still exist: the list drops those that were deleted. */

/** @import { PageAnswer, Run } from "./run_list.js" */

const LATE_MS = 60_000;
/** @type {Set<string>} ticked runs that were on the list */
const seen = new Set();
/** @type {Map<string, number>} those that have not been, and since when in Unix ms */
const missingSince = new Map();

/** Returns whether a run that is not there was deleted; one that never was there, as of a link, may come with the next reading.
 * @type {(id: string) => boolean} */
function isDeleted(id) {
  const since = missingSince.get(id) ?? Date.now();
  missingSince.set(id, since);
  return seen.has(id) || Date.now() - since > LATE_MS;
}

/** Returns the ticked runs that still exist: deleted ones would be counted for ever.
 * @type {(selected: string[], rows: Run[], answer: PageAnswer | null) => string[]} */
function existingRuns(selected, rows, answer) {
  const deleted = new Set(answer?.gone || []);
  const there = answer ? null : new Set(rows.map((row) => row.id));
  return selected.filter((id) => {
    if (there ? !there.has(id) : deleted.has(id)) return !isDeleted(id);
    seen.add(id);
    return true;
  });
}

export { existingRuns };
