/* The menu of named views: what there are, what this page shows under a name, and what becomes of each. The list is
   read when it is opened; each change is one request, and what came of it is said in a toast. */
import { addresses } from "./addresses.js";
import { toasts } from "./change_toasts.js";
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";

const GAP = 8; // px between the panel and the window's edge
const part = (name) => document.getElementById(`views-${name}`);
const filled = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replaceAll(`{${name}}`, () => value), text);
const texts = () => JSON.parse(part("panel").dataset.texts);
/** @type {Props} */
let shown = { views: [], notes: [], refused: null };
let changed = null; // the view that this page began from, as it was last saved here

function newId() {
  return [...window.crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Another program's text keeps its own direction. */
const named = (text) => element("bdi", "", text);

/** A button of one view; `what` names the view to whoever only hears it. */
function button(text, view, press, isChange = true) {
  const made = element("button", "btn btn-link btn-sm p-0", text);
  made.type = "button";
  made.ariaLabel = `${text}: ${view.name}`;
  if (isChange && shown.refused) {
    made.disabled = true;
    made.title = shown.refused;
  }
  made.addEventListener("click", press);
  return made;
}

/** The view that the page shows or began from; none once another was opened. */
function begunFrom() {
  const place = document.getElementById(ID.OPENED_VIEW);
  if (!place) return null;
  const { view, name, revision } = place.dataset;
  return changed && changed.id === view ? changed : { id: view, name, revision };
}

const experimentHere = () => new URLSearchParams(addresses.ofView()).get("experiment");

/** Asks for a change, and for what its question is about where the answer is yes. */
async function change(request, name) {
  const words = texts();
  const toast = toasts.begin(filled(words.working[request.verb], { name }), words.header);
  const answer = (await addresses.ask("views", request)) || { outcome: "not_known", sentence: words.lost };
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

function settle(request, answer) {
  const begun = begunFrom();
  if (begun && begun.id === answer.id) changed = { id: answer.id, name: request.name || begun.name, revision: answer.revision };
  if (request.verb !== "save") return;
  part("name").value = "";
  part("search").value = "";
  setProps(ID.VIEWS_NAME, { value: "" });
  setProps(ID.VIEWS_SEARCH, { value: "" });
}

const replace = (view) => change({ verb: "replace", id: view.id, revision: view.revision, query: addresses.ofView() }, view.name);

function save() {
  const name = part("name").value.trim();
  if (!name) return part("name").focus();
  return change({ verb: "save", id: newId(), name, query: addresses.ofView() }, name);
}

/** In the place of the view's line: its name in a box. */
function rename(view, line) {
  const words = texts();
  const form = element("form", "d-flex flex-wrap gap-2 align-items-end");
  const label = element("label", "small flex-grow-1", words.new_name);
  const box = Object.assign(element("input", "form-control form-control-sm"), { value: view.name, maxLength: 200, required: true });
  label.append(box);
  const keep = element("button", "btn btn-primary btn-sm", words.keep);
  const cancel = Object.assign(element("button", "btn btn-secondary btn-sm", words.cancel), { type: "button" });
  cancel.addEventListener("click", () => draw(view.id));
  form.append(label, keep, cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change({ verb: "rename", id: view.id, revision: view.revision, name: box.value.trim() }, view.name);
  });
  line.replaceChildren(form);
  box.focus();
  box.select();
}

async function copyLink(view) {
  const words = texts();
  const address = new URL(view.href, window.location.href).href;
  const done = await addresses.copy(address).then(() => true, () => false);
  const said = done ? words.copied : filled(words.not_copied, { link: address });
  toasts.begin("", words.header).ends(done ? "done" : "not_known", said, {});
}

function defaults(view) {
  const words = texts();
  const experiment = view.experiment || experimentHere();
  const offers = view.opens.map((one) =>
    button(filled(words.unset, { experiment: one }), view, () => change({ verb: "unset_default", id: view.id, experiment: one }, view.name)));
  if (experiment && view.opens.includes(experiment)) return offers;
  if (experiment) return [...offers, button(filled(words.make_default, { experiment }), view, () => change({ verb: "set_default", id: view.id, experiment }, view.name))];
  const none = button(words.make_some_default, view, () => undefined);
  none.disabled = true;
  none.title = none.title || words.no_experiment;
  return [...offers, none];
}

function line(view) {
  const words = texts();
  const row = element("li", "view-line");
  row.dataset.view = view.id;
  const link = Object.assign(element("a", "fw-semibold text-break"), { href: view.href });
  link.append(named(view.name));
  const facts = element("div", "small text-body-secondary text-break");
  const at = element("time", "moment", "…");
  Object.assign(at.dataset, { ms: view.ms, now: Date.now() });
  facts.append(...(view.by ? [named(view.by), " · "] : []), at);
  for (const experiment of view.opens) facts.append(" ", element("span", "badge text-bg-secondary text-wrap", filled(words.default, { experiment })));
  const buttons = element("div", "d-flex flex-wrap gap-3");
  buttons.append(
    button(words.copy, view, () => copyLink(view), false),
    button(words.rename, view, () => rename(view, row)),
    button(words.replace, view, () => replace(view)),
    ...defaults(view),
    button(words.delete, view, () => change({ verb: "delete", id: view.id, revision: view.revision }, view.name)),
  );
  row.append(link, facts, buttons);
  return row;
}

/** The list, as far as the search leaves it; the focus goes back to the view that has this id. */
function draw(focused) {
  if (!part("panel")) return;
  const words = texts();
  const sought = part("search").value.trim().toLocaleLowerCase();
  const found = shown.views.filter((view) => view.name.toLocaleLowerCase().includes(sought));
  part("list").replaceChildren(...found.map(line));
  const nothing = shown.views.length ? words.nothing_found : words.none;
  part("note").textContent = [...shown.notes, ...(found.length || !shown.isKnown ? [] : [nothing])].join(" ");
  const begun = begunFrom();
  part("save-changes").hidden = !begun;
  if (begun) part("save-changes").textContent = filled(words.changes, begun);
  const again = focused && part("list").querySelector(`[data-view="${focused}"] a`);
  if (again) again.focus();
}

async function read() {
  const answer = await addresses.ask("views");
  if (!part("panel")) return;
  if (answer && answer.views) shown = { ...answer, isKnown: true };
  else shown = { ...shown, notes: [texts().unreachable] };
  draw();
}

function open() {
  const panel = part("panel");
  panel.hidden = false;
  panel.popover = "auto"; // closed by Escape and by a click beside it, and toasts can be reached meanwhile
  panel.showPopover();
  place();
  part("note").textContent = texts().reading;
  part(shown.refused || !part("name").matches(":enabled") ? "search" : "name").focus();
  read();
}

/** Below the button, and within the window. */
function place() {
  const button = part("button").getBoundingClientRect();
  const panel = part("panel");
  const left = Math.min(button.left, document.documentElement.clientWidth - panel.offsetWidth - GAP);
  panel.style.left = `${Math.max(GAP, left) + window.scrollX}px`;
  panel.style.top = `${button.bottom + window.scrollY + GAP / 2}px`;
}

const isOpen = () => part("panel").matches(":popover-open");
window.addEventListener("resize", () => part("panel") && part("panel").popover === "auto" && isOpen() && place());

// From above: the page is drawn anew whenever somebody comes back to it.
document.addEventListener("pointerdown", (event) => {
  // The panel closes before the click arrives at its button.
  const pressed = event.target.closest && event.target.closest(`#${ID.VIEWS_BUTTON}`);
  if (pressed) pressed.dataset.wasOpen = part("panel").popover === "auto" && isOpen() ? "yes" : "";
});
document.addEventListener("click", (event) => {
  const pressed = event.target.closest && event.target.closest("button");
  if (!pressed || !pressed.id.startsWith("views-")) return;
  if (pressed.id === ID.VIEWS_BUTTON && pressed.dataset.wasOpen !== "yes") open();
  if (pressed.id === ID.VIEWS_BUTTON) pressed.dataset.wasOpen = "";
  if (pressed.id === ID.VIEWS_CLOSE) part("panel").hidePopover();
  if (pressed.id === ID.VIEWS_SAVE) save();
  if (pressed.id === ID.VIEWS_SAVE_CHANGES) replace(begunFrom());
});
document.addEventListener("input", (event) => event.target.id === ID.VIEWS_SEARCH && draw());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.id === ID.VIEWS_NAME) save();
});
document.addEventListener("toggle", (event) => {
  if (event.target.id !== ID.VIEWS_PANEL) return;
  part("button").ariaExpanded = String(event.newState === "open");
}, true);
// A view that is opened from the list takes the place of the page, and of the panel with it.
window.addEventListener("_dashprivate_pushstate", () => part("panel") && part("panel").popover === "auto" && isOpen() && part("panel").hidePopover());
