/* Makes DataTable accessible to keyboards and screen readers: names for its controls, sorting by key, a way out.
 *
 * DataTable swallows Tab, Enter and the arrows in its body and its pager, even where no cell is active: Tab would not leave
 * a checkbox, and Enter turn no page. So keys that are meant for a control, and Tab in any case, never reach it. The texts
 * are on the frame (components/tables.py).
 */
const FRAME = ".table-frame";
const SORT = ".column-header--sort";
const CONTROLS = `${SORT}, td a, td.dash-select-cell input, .previous-next-container button`;
/** @type {Record<string, string>} */
const ORDERS = { "sort-up": "ascending", "sort-down": "descending" };
const PAGER = ["first-page", "previous-page", "next-page", "last-page"];

/** @type {(element: Element | null, name: string, value: string) => void} */
function set(element, name, value) {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @type {(text: string | undefined, name: string) => string} */
const filled = (text, name) => String(text).replace("{name}", name);

/**
 * @param {Element} table
 * @param {DOMStringMap} texts of the table's frame
 */
function nameColumns(table, texts) {
  for (const head of table.querySelectorAll("th.dash-header")) {
    const name = head.querySelector(".column-header-name")?.textContent || "";
    const sort = head.querySelector(SORT);
    if (sort) {
      set(sort, "role", "button");
      set(sort, "tabindex", "0");
      set(sort, "aria-label", filled(texts.sort, name));
      set(head, "aria-sort", ORDERS[sort.querySelector("svg")?.dataset.icon ?? ""] || "none");
    }
  }
}

/**
 * @param {Element} table
 * @param {DOMStringMap} texts of the table's frame
 */
function nameRows(table, texts) {
  const columns = String(texts.namedBy).split(",");
  for (const box of table.querySelectorAll("td.dash-select-cell input")) {
    const row = box.closest("tr");
    const cells = columns.map((key) => row?.querySelector(`td[data-dash-column="${key}"]`));
    const name = cells.flatMap((cell) => (cell ? [cell.textContent.trim().slice(0, 60)] : [])).join(" ");
    set(box, "aria-label", filled(texts.choose, name));
    for (const link of row?.querySelectorAll("td a") ?? []) set(link, "aria-label", `${link.textContent} ${name}`);
  }
}

/**
 * @param {Element} frame
 * @param {DOMStringMap} texts
 */
function namePager(frame, texts) {
  const pager = frame.querySelector(".previous-next-container");
  if (!pager) return;
  for (const where of PAGER) set(pager.querySelector(`button.${where}`), "aria-label", String(texts[where.replace("-page", "Page")]));
  set(pager.querySelector("input.current-page"), "aria-label", String(texts.currentPage));
}

let waiting = false;

function nameAll() {
  waiting = false;
  for (const frame of /** @type {HTMLElement[]} */ ([...document.querySelectorAll(FRAME)])) {
    for (const table of frame.querySelectorAll("table")) {
      nameColumns(table, frame.dataset);
      nameRows(table, frame.dataset);
    }
    namePager(frame, frame.dataset);
  }
}

// The table is drawn again at each sort, filter and page; once a frame is often enough to follow.
new MutationObserver((changes) => {
  if (waiting || !changes.some(({ target }) => target instanceof Element && (target.closest(FRAME) || target.querySelector(FRAME)))) return;
  waiting = true;
  window.requestAnimationFrame(nameAll);
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-icon"] });

/** Focuses the checkbox of the next row, or of the one before.
 *
 * @param {HTMLElement} box
 * @param {1 | -1} by
 */
function step(box, by) {
  const boxes = /** @type {HTMLElement[]} */ ([...(box.closest("table")?.querySelectorAll("td.dash-select-cell input") ?? [])]);
  boxes[boxes.indexOf(box) + by]?.focus();
}

document.addEventListener(
  "keydown",
  (event) => {
    const { key } = event;
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (!target.closest || !target.closest(`${FRAME} .dash-table-container`)) return;
    if (target.matches(SORT) && (key === "Enter" || key === " ")) {
      event.preventDefault();
      /** @type {HTMLElement} */ (target).click();
    }
    const control = target.matches(CONTROLS);
    if (control && target.type === "checkbox" && (key === "ArrowDown" || key === "ArrowUp")) {
      event.preventDefault();
      step(target, key === "ArrowDown" ? 1 : -1);
    }
    // A filter box keeps its keys to itself.
    if (control || (key === "Tab" && !target.matches("th input"))) event.stopPropagation();
  },
  true, // before React, whose listener for the whole document's keys is on its root
);
