/* The menu of each chart, for pointer and keys; and the dialog for its range. */
import { chartBox } from "./chart_grid_box.js";
import { elementOf } from "./elements.js";

/**
 * @typedef {import("./chart_grid_box.js").Box} Box
 * @typedef {{ text: string, run: () => unknown, checked?: boolean, disabled?: boolean }} Item
 */

/** @type {{ box: Box, menu: HTMLElement } | null} */
let open = null;

const { element } = chartBox;

/** @type {(isFocused: boolean) => void} */
function close(isFocused) {
  if (!open) return;
  const { box, menu } = open;
  open = null;
  menu.remove();
  box.button.setAttribute("aria-expanded", "false");
  if (isFocused) box.button.focus();
}

/** Makes a menu item: one with `checked` is on or off, one that is `disabled` stays without effect.
 * @type {(item: Item) => HTMLButtonElement} */
function item({ text, run, checked, disabled }) {
  const made = element("button", { type: "button", className: "dropdown-item", textContent: text, tabIndex: -1 });
  made.setAttribute("role", checked === undefined ? "menuitem" : "menuitemcheckbox");
  if (checked !== undefined) made.setAttribute("aria-checked", String(checked));
  if (disabled) made.setAttribute("aria-disabled", "true");
  made.addEventListener("click", () => {
    if (disabled) return;
    close(true);
    run();
  });
  return made;
}

/** @type {(box: Box, items: (Item | false)[], focusLast?: boolean) => void} */
function show(box, items, focusLast = false) {
  const isOpen = open?.box === box;
  close(isOpen);
  if (isOpen) return;
  const menu = element("div", { className: "dropdown-menu show chart-menu" }, ...items.flatMap((one) => (one ? [item(one)] : [])));
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", box.button.getAttribute("aria-label") ?? "");
  box.element.append(menu);
  box.button.setAttribute("aria-expanded", "true");
  open = { box, menu };
  const there = buttonsOf(menu);
  (focusLast ? there.at(-1) : there[0])?.focus();
}

/** @type {(menu: HTMLElement) => HTMLElement[]} */
const buttonsOf = (menu) => [.../** @type {HTMLCollectionOf<HTMLElement>} */ (menu.children)];

/** @type {(event: KeyboardEvent, menu: HTMLElement) => void} */
function onKey(event, menu) {
  const there = buttonsOf(menu);
  const at = there.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const places = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: there.length - 1 };
  const to = places[event.key];
  if (to !== undefined) {
    event.preventDefault();
    there[(to + there.length) % there.length].focus();
  } else if (event.key === "Escape") {
    event.stopPropagation();
    close(true);
  } else if (event.key === "Tab") close(false);
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== " ") {
    const found = [...there.slice(at + 1), ...there].find((one) => one.textContent?.toLowerCase().startsWith(event.key.toLowerCase()));
    if (found) found.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (open && open.menu.contains(elementOf(event))) onKey(event, open.menu);
});
document.addEventListener("pointerdown", (event) => {
  if (open && !open.menu.contains(elementOf(event)) && event.target !== open.box.button) close(false);
});

/** Asks for the ends of a chart's y axis; `take(from, to)` gets numbers, or null for an end that follows the values.
 * @type {(box: Box, texts: ChartGridTexts, take: (from: number | null, to: number | null) => void) => void} */
function askRange(box, texts, take) {
  /** @type {(name: string, value: number | null) => { input: HTMLInputElement, label: HTMLLabelElement }} */
  const field = (name, value) => {
    const input = element("input", { type: "number", step: "any", className: "form-control", value: value ?? "" });
    return { input, label: element("label", { className: "flex-fill" }, name, input) };
  };
  const [from, to] = [field(texts.y_from, box.spec.yFrom), field(texts.y_to, box.spec.yTo)];
  /** @type {(text: string, value: string, look: string) => HTMLButtonElement} */
  const button = (text, value, look) => element("button", { type: "submit", className: `btn btn-${look}`, textContent: text, value });
  const title = element("h2", { className: "h5", textContent: texts.y_title.replace("{chart}", box.title), id: "chart-range-title" });
  const wrong = element("p", { className: "text-danger-emphasis mb-0" });
  wrong.setAttribute("role", "alert");
  const form = element(
    "form",
    { method: "dialog", className: "d-flex flex-column gap-3" },
    title,
    element("div", { className: "d-flex gap-3" }, from.label, to.label),
    wrong,
    element(
      "div",
      { className: "d-flex flex-wrap justify-content-end gap-2" },
      ...[button(texts.apply, "apply", "primary"), button(texts.automatic, "automatic", "outline-secondary"), button(texts.cancel, "cancel", "outline-secondary")]
    )
  );
  const dialog = element("dialog", { className: "change-dialog" }, form);
  dialog.setAttribute("aria-labelledby", "chart-range-title");
  /** @type {() => (number | null)[]} */
  const ends = () => [from, to].map(({ input }) => (input.value === "" ? null : Number(input.value)));
  form.addEventListener("submit", (event) => {
    const [low, high] = ends();
    if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.value !== "apply" || low === null || high === null || low < high) return;
    event.preventDefault();
    wrong.textContent = texts.y_backwards;
  });
  dialog.addEventListener("close", () => {
    const [low, high] = ends();
    if (dialog.returnValue === "apply") take(low, high);
    else if (dialog.returnValue === "automatic") take(null, null);
    dialog.remove();
    box.button.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

export const chartMenu = Object.freeze({ askRange, close, show });
