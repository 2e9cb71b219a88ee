/* Sorts the rows of the models page: as DataTable does by itself, but ids by their numbers, so that 10 comes after 9. */
/** @type {unknown[]} */
const UNKNOWN = [null, undefined, "", "–"];
const IDS = ["model_id", "id"];

/** Returns what ids are sorted by, as order_of in domain/registry/models.py: [kind, name, number].
 *
 * @param {unknown} id
 * @returns {[number, string, bigint]}
 */
function idOrder(id) {
  const [, name, colon, number] = /^(?:(.*)(:))?([0-9]{1,18})$/s.exec(String(id)) || [];
  return number === undefined ? [2, String(id), 0n] : [colon ? 1 : 0, name || "", BigInt(number)];
}

/** @typedef {{ column_id: string, direction: string }} SortBy a heading's sorting, as DataTable has it */

/** @typedef {string | number | bigint} Cell two that are compared are of one kind */

/** @type {(one: Cell, other: Cell) => number} */
const compared = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** @type {(one: unknown, other: unknown) => number} */
function compareIds(one, other) {
  const [first, second] = [idOrder(one), idOrder(other)];
  return first.map((part, at) => compared(part, second[at])).find(Boolean) || 0;
}

/** Returns a number below 0 where `one` comes first; missing values come last in both directions.
 *
 * @param {Props} one
 * @param {Props} other
 * @param {SortBy} by
 */
function compareRows(one, other, { column_id: column, direction }) {
  const [first, second] = [one[column], other[column]];
  const isUnknown = [first, second].map((value) => UNKNOWN.includes(value));
  if (isUnknown.some(Boolean)) return Number(isUnknown[0]) - Number(isUnknown[1]);
  return (IDS.includes(column) ? compareIds(first, second) : compared(/** @type {Cell} */ (first), /** @type {Cell} */ (second))) * (direction === "desc" ? -1 : 1);
}

/** Returns the rows in the order that the table's headings ask for; as they came where they ask for none.
 *
 * @template {Props} Row
 * @param {Row[]} rows
 * @param {SortBy[]} [sortBy]
 */
function sortModels(rows, sortBy) {
  const wanted = sortBy || [];
  return [...rows].sort((one, other) => wanted.map((by) => compareRows(one, other, by)).find(Boolean) || 0);
}

export { sortModels };
