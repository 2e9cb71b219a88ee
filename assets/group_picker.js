/* The browser's half of components/runs/group_picker.py: what makes a group goes into the options and the address. */
import { setAddress } from "./addresses.js";
import { propsOf } from "./clew.js";
import { register, setProps } from "./dash.js";
import { ID } from "./from_python.js";

const OPTIONS = "compare-options";
const ALL = "all";
const NO_RUN = "*";
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const optionsNow = () => propsOf(OPTIONS).data;
const defaultNow = () => propsOf(ID.GROUP_DEFAULT).data || [];
/** What the checkboxes have no box for: patterns and the one group of all. */

const choiceOf = ({ grouped, group, alone }) => ({ grouped, group: group || [], alone: alone || [] });

/** What the runs are grouped by at this moment, chosen or by itself. */
const effective = () => (optionsNow().group.length ? optionsNow().group : defaultNow());

function publish(change) {
  const before = optionsNow();
  const after = { ...before, ...change };
  if (same(choiceOf(before), choiceOf(after))) return;
  setAddress((query) => {
    for (const name of ["group", "alone"]) {
      query.delete(name);
      for (const value of after[name]) query.append(name, value);
    }
  }, "replaceState");
  setProps(OPTIONS, { data: after });
}

/** Groups by `refs`: by nothing is one group; by what is grouped by itself needs no place in the address. */
function groupBy(refs) {
  const chosen = [...new Set(refs)];
  const others = chosen.length > 1 ? chosen.filter((ref) => ref !== ALL) : chosen;
  const isDefault = defaultNow().length && same([...others].sort(), [...defaultNow()].sort());
  publish({ group: isDefault ? [] : others.length ? others : [ALL] });
}

const groups = {
  chosen(options, before) {
    const choice = choiceOf(options);
    return [same(choice, before) ? window.dash_clientside.no_update : choice, !options.grouped];
  },

  ticks: (choice, byItself) => (choice.group.length ? choice.group : byItself),

  choose(ticked, byItself) {
    if (!optionsNow().grouped || same([...ticked].sort(), [...effective()].sort())) return;
    if (!ticked.length && !byItself.length && !optionsNow().group.length) return;
    groupBy(ticked);
  },

  pattern(ref) {
    if (ref === undefined || ref === null) return;
    const others = effective().filter((each) => !each.startsWith("name:"));
    groupBy(ref ? [...others, ref] : others);
  },

  alone(runId) {
    if (!runId || runId === NO_RUN) return;
    publish({ alone: [...new Set([...optionsNow().alone, runId])] });
    setProps(ID.ALONE, { value: NO_RUN });
  },
};

document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest(".group-picker button");
  if (!button) return;
  const { group, groupAdd, groupDefault, alone } = button.dataset;
  if (group !== undefined) groupBy([group]);
  else if (groupAdd !== undefined) groupBy([...effective(), groupAdd]);
  else if (groupDefault !== undefined) publish({ group: [] });
  else if (alone !== undefined) publish({ alone: optionsNow().alone.filter((id) => id !== alone) });
});

register("groups", groups);
