/* The form of a run's tags: a row for each, which can be changed, added and removed. */
import { within } from "./elements.js";
import { live } from "./live_text.js";

/** @import { Change } from "./run_edits.js" */

const { make } = live;

/** @type {(text: string, press: () => void, look?: string) => HTMLButtonElement} */
function button(text, press, look = "outline-secondary btn-sm") {
  const made = make("button", { type: "button", class: `btn btn-${look}` }, text);
  made.addEventListener("click", press);
  return made;
}

/** Returns the current value if it differs from the one seen, and records it as seen; else null.
 * @type {(seen: string, there: string, see: (there: string) => void) => string | null} */
function theirs(seen, there, see) {
  if (seen === there) return null;
  see(there);
  return there;
}

/** Makes one row of the form: the name of a tag that exists cannot be changed.
 * @type {(texts: RunEditTexts, key: string, value: string) => HTMLDivElement} */
function rowOf(texts, key, value) {
  /** @type {(text: string, name: "key" | "value") => HTMLElement} */
  const label = (text, name) => make("label", { class: "small flex-grow-1" }, text, make("input", { class: "form-control form-control-sm", "data-part": name, maxlength: name === "key" ? "250" : "8000" }));
  const one = make("div", { class: "run-tag d-flex flex-wrap gap-2 align-items-end mb-2" }, label(texts.tag, "key"), label(texts.value, "value"));
  const [keyBox, valueBox] = one.querySelectorAll("input");
  Object.assign(keyBox, { value: key, readOnly: key !== "" });
  valueBox.value = value;
  one.append(button(texts.remove, () => one.remove(), "outline-secondary btn-sm"));
  return one;
}

/** @type {(row: Element) => [key: string, value: string]} */
const tagOf = (row) => {
  const [key, value] = row.querySelectorAll("input");
  return [key.value, value.value];
};

/** Returns what of the tags differs from those that were seen; null if nothing does.
 * @type {(there: Map<string, string>, seen: Map<string, string>) => Change | null} */
function changeOf(there, seen) {
  /** @type {Record<string, string | null>} */
  const tags = {};
  for (const [key, value] of there) if (seen.get(key) !== value) tags[key] = value;
  for (const key of seen.keys()) if (!there.has(key)) tags[key] = null;
  const was = Object.fromEntries(Object.keys(tags).map((key) => [key, seen.get(key) ?? null]));
  return Object.keys(tags).length ? { tags, seen: { tags: was } } : null;
}

/** @type {(tags: Iterable<[string, string]>) => string} */
const inLines = (tags) => [...tags].map(([key, value]) => `${key}: ${value}`).join("\n");

/** Makes the form: its parts, `wanted` for the change that was typed, and `there` for the tags that another user has written
    since they were seen, null if none.
 * @type {(tags: [string, string][], texts: RunEditTexts) => { parts: HTMLElement[], wanted: () => Change | null, there: (now: [string, string][]) => string | null }} */
function tagsForm(tags, texts) {
  const list = make("div");
  const seen = new Map(tags);
  const add = (key = "", value = "") => {
    const row = rowOf(texts, key, value);
    list.append(row);
    return row;
  };
  for (const [key, value] of seen) add(key, value);
  if (!seen.size) add();
  const more = button(texts.add, () => within(add(), "input").focus(), "link btn-sm");
  return {
    parts: [list, make("div", { class: "mb-2" }, more)],
    wanted: () => changeOf(new Map([...list.children].map(tagOf).filter(([key]) => key)), seen),
    there: (now) => theirs(inLines(seen), inLines(now), () => {
      seen.clear();
      for (const [key, value] of now) seen.set(key, value);
    }),
  };
}

export { button, tagsForm, theirs };
