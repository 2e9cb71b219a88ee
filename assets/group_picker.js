/* The browser's half of components/runs/groups/group_picker.py: writes what the runs are grouped by into the options and the address. */
import { setAddress } from "./addresses.js";
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { elementOf } from "./elements.js";
import { ID } from "./from_python.js";

/**
 * @typedef {{ grouped: boolean, group: string[], alone: string[] }} GroupChoice refs of what makes a group; ids of the runs that are in none
 */

const OPTIONS = "compare-options";
const ALL = "all";
const NO_RUN = "*";
/** @type {(a: unknown, b: unknown) => boolean} */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const optionsNow = () => propsOf(OPTIONS).data;
const defaultNow = () => propsOf(ID.GROUP_DEFAULT).data || [];

/** @type {(options: { grouped: boolean, group?: string[], alone?: string[] }) => GroupChoice} */
const choiceOf = ({ grouped, group, alone }) => ({ grouped, group: group || [], alone: alone || [] });

/** Returns what the runs are grouped by at this moment, chosen or by default. */
const effective = () => (optionsNow().group.length ? optionsNow().group : defaultNow());

/** @param {Partial<GroupChoice>} change */
function publish(change) {
  const before = optionsNow();
  const after = { ...before, ...change };
  if (same(choiceOf(before), choiceOf(after))) return;
  setAddress((/** @type {URLSearchParams} */ query) => {
    for (const name of /** @type {const} */ (["group", "alone"])) {
      query.delete(name);
      for (const value of after[name]) query.append(name, value);
    }
  }, "replaceState");
  setProps(OPTIONS, { data: after });
}

/** Groups by `refs`; none makes one group of all runs, and the default needs no place in the address.
 *
 * @param {string[]} refs
 */
function groupBy(refs) {
  const chosen = [...new Set(refs)];
  const others = chosen.length > 1 ? chosen.filter((ref) => ref !== ALL) : chosen;
  const isDefault = defaultNow().length && same([...others].sort(), [...defaultNow()].sort());
  publish({ group: isDefault ? [] : others.length ? others : [ALL] });
}

const groups = {
  /** Returns the choice where it is another one, and whether the picker is disabled.
   *
   * @param {GroupChoice} options
   * @param {GroupChoice} before
   */
  chosen(options, before) {
    const choice = choiceOf(options);
    return [same(choice, before) ? window.dash_clientside.no_update : choice, !options.grouped];
  },

  /** Returns the refs whose boxes are ticked.
   *
   * @type {(choice: GroupChoice, byItself: string[]) => string[]}
   */
  ticks: (choice, byItself) => (choice.group.length ? choice.group : byItself),

  /** Groups by the refs whose boxes were ticked.
   *
   * @param {string[]} ticked
   * @param {string[]} byItself
   */
  choose(ticked, byItself) {
    if (!optionsNow().grouped || same([...ticked].sort(), [...effective()].sort())) return;
    if (!ticked.length && !byItself.length && !optionsNow().group.length) return;
    groupBy(ticked);
  },

  /** Groups by a pattern of the names, too; an empty one takes it away.
   *
   * @param {string | null | undefined} ref
   */
  pattern(ref) {
    if (ref === undefined || ref === null) return;
    const others = effective().filter((each) => !each.startsWith("name:"));
    groupBy(ref ? [...others, ref] : others);
  },

  /** Takes a run out of its group.
   *
   * @param {string | null} runId
   */
  alone(runId) {
    if (!runId || runId === NO_RUN) return;
    publish({ alone: [...new Set([...optionsNow().alone, runId])] });
    setProps(ID.ALONE, { value: NO_RUN });
  },
};

document.addEventListener("click", (event) => {
  /** @type {HTMLElement | null | undefined} */
  const button = elementOf(event)?.closest(".group-picker button");
  if (!button) return;
  const { group, groupAdd, groupDefault, alone } = button.dataset;
  if (group !== undefined) groupBy([group]);
  else if (groupAdd !== undefined) groupBy([...effective(), groupAdd]);
  else if (groupDefault !== undefined) publish({ group: [] });
  else if (alone !== undefined) publish({ alone: optionsNow().alone.filter((id) => id !== alone) });
});

register("groups", groups);
