/* The menu of named views: the list of views, the name of the one on show, and the changes of each. The list is fetched when
   the menu is opened; each change is one request, whose outcome is shown in a toast. */
import { addresses } from "./addresses.js";
import { toasts } from "./change_toasts.js";
import { setProps } from "./dash.js";
import { elementOf, textsOf } from "./elements.js";
import { ID } from "./from_python.js";
import { filled, viewLine } from "./views_list.js";

/**
 * @import { View, ViewRequest } from "./views_list.js"
 * @typedef {{ id: string, name: string, revision: View["revision"] }} NamedView
 * @typedef {import("./change_toasts.js").Outcome} Outcome
 * @typedef {{ outcome: Outcome | "asked", sentence: string, status?: number, id?: string, revision: View["revision"], question: import("./change_toasts.js").Question, then: ViewRequest }} ViewAnswer
 */

const GAP = 8; // px between the panel and the window's edge
/** Returns a part of the page, which has all of them while it is on show.
 * @type {(name: string) => HTMLElement} */
const part = (name) => /** @type {HTMLElement} */ (document.getElementById(`views-${name}`));
/** @type {(name: "name" | "search") => HTMLInputElement} */
const input = (name) => /** @type {HTMLInputElement} */ (part(name));
/** @type {() => ViewTexts} */
const texts = () => textsOf(part("panel"));
/** @type {{ views: View[], notes: string[], refused: string | null, isKnown?: boolean }} */
let shown = { views: [], notes: [], refused: null };
/** @type {NamedView | null} */
let changed = null; // the view that this page began from, as it was last saved here

function newId() {
  return [...window.crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the view that the page shows or began from; null once another was opened.
 * @type {() => NamedView | null} */
function begunFrom() {
  const place = document.getElementById(ID.OPENED_VIEW);
  if (!place) return null;
  const { view = "", name = "", revision = "" } = place.dataset;
  return changed && changed.id === view ? changed : { id: view, name, revision };
}

/** Sends a change; where the answer is a question, sends what it is about after a yes.
 * @type {(request: ViewRequest, name: string) => Promise<void>} */
async function change(request, name) {
  const words = texts();
  const toast = toasts.begin(filled(words.working[request.verb], { name }), words.header);
  const answer = /** @type {ViewAnswer} */ ((await addresses.ask("views", request)) || { outcome: "not_known", sentence: words.lost });
  if (answer.status) Object.assign(answer, { outcome: "refused", sentence: filled(words.status, answer) });
  if (answer.outcome === "asked") {
    toast.goes();
    toasts.ask(answer.question, () => change(answer.then, name));
    return;
  }
  toast.ends(answer.outcome, answer.sentence, {});
  if (!part("panel")) return; // the page was left meanwhile
  if (answer.outcome === "done") settle(request, answer);
  await read();
}

/** Follows a change that was made.
 * @type {(request: ViewRequest, answer: ViewAnswer) => void} */
function settle(request, answer) {
  const begun = begunFrom();
  if (begun && begun.id === answer.id) changed = { id: answer.id, name: request.name || begun.name, revision: answer.revision };
  if (request.verb !== "save") return;
  input("name").value = "";
  input("search").value = "";
  setProps(ID.VIEWS_NAME, { value: "" });
  setProps(ID.VIEWS_SEARCH, { value: "" });
}

/** Saves the page under the view's name.
 * @type {(view: NamedView) => Promise<void>} */
const replace = (view) => change({ verb: "replace", id: view.id, revision: view.revision, query: addresses.ofView() }, view.name);

/** Saves the page under the name that is typed. */
function save() {
  const name = input("name").value.trim();
  if (!name) return part("name").focus();
  return change({ verb: "save", id: newId(), name, query: addresses.ofView() }, name);
}

/** Draws the views that the search finds; the focus goes to the view that has this id.
 * @param {string} [focused] */
function draw(focused) {
  if (!part("panel")) return;
  const words = texts();
  const sought = input("search").value.trim().toLocaleLowerCase();
  const found = shown.views.filter((view) => view.name.toLocaleLowerCase().includes(sought));
  part("list").replaceChildren(...found.map((view) => viewLine(view, words, { change, replace, draw, refused: shown.refused })));
  const nothing = shown.views.length ? words.nothing_found : words.none;
  part("note").textContent = [...shown.notes, ...(found.length || !shown.isKnown ? [] : [nothing])].join(" ");
  const begun = begunFrom();
  part("save-changes").hidden = !begun;
  if (begun) part("save-changes").textContent = filled(words.changes, begun);
  const again = focused && part("list").querySelector(`[data-view="${focused}"] a`);
  if (again) again.focus();
}

/** Fetches the list. */
async function read() {
  const answer = /** @type {Partial<typeof shown> | null} */ (await addresses.ask("views"));
  if (!part("panel")) return;
  if (answer && answer.views) shown = /** @type {typeof shown} */ ({ ...answer, isKnown: true });
  else shown = { ...shown, notes: [texts().unreachable] };
  draw();
}

/** Opens the panel. */
function open() {
  const panel = part("panel");
  panel.hidden = false;
  panel.popover = "auto"; // closed by Escape and by a click outside it, and toasts can be reached meanwhile
  panel.showPopover();
  place();
  part("note").textContent = texts().reading;
  part(shown.refused || !part("name").matches(":enabled") ? "search" : "name").focus();
  read();
}

/** Places the panel below the button, and within the window. */
function place() {
  const button = part("button").getBoundingClientRect();
  const panel = part("panel");
  const left = Math.min(button.left, document.documentElement.clientWidth - panel.offsetWidth - GAP);
  panel.style.left = `${Math.max(GAP, left) + window.scrollX}px`;
  panel.style.top = `${button.bottom + window.scrollY + GAP / 2}px`;
}

const isOpen = () => part("panel").matches(":popover-open");
window.addEventListener("resize", () => part("panel") && part("panel").popover === "auto" && isOpen() && place());

// On the document: the page is drawn again whenever its reader comes back to it.
document.addEventListener("pointerdown", (event) => {
  // The panel closes before the click arrives at its button.
  /** @type {HTMLElement | null | undefined} */
  const pressed = elementOf(event)?.closest(`#${ID.VIEWS_BUTTON}`);
  if (pressed) pressed.dataset.wasOpen = part("panel").popover === "auto" && isOpen() ? "yes" : "";
});
document.addEventListener("click", (event) => {
  const pressed = elementOf(event)?.closest("button");
  if (!pressed || !pressed.id.startsWith("views-")) return;
  if (pressed.id === ID.VIEWS_BUTTON && pressed.dataset.wasOpen !== "yes") open();
  if (pressed.id === ID.VIEWS_BUTTON) pressed.dataset.wasOpen = "";
  if (pressed.id === ID.VIEWS_CLOSE) part("panel").hidePopover();
  if (pressed.id === ID.VIEWS_SAVE) save();
  const begun = begunFrom();
  if (pressed.id === ID.VIEWS_SAVE_CHANGES && begun) replace(begun);
});
document.addEventListener("input", (event) => elementOf(event)?.id === ID.VIEWS_SEARCH && draw());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && elementOf(event)?.id === ID.VIEWS_NAME) save();
});
document.addEventListener("toggle", (event) => {
  if (elementOf(event)?.id !== ID.VIEWS_PANEL) return;
  part("button").ariaExpanded = String(/** @type {ToggleEvent} */ (event).newState === "open");
}, true);
// A view that is opened from the list takes the place of the page, and of the panel with it.
window.addEventListener("_dashprivate_pushstate", () => part("panel") && part("panel").popover === "auto" && isOpen() && part("panel").hidePopover());
