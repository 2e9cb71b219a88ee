/* A text file of any length: some of its lines at a time, from its beginning, its end, or a line that was found. */
import { artifactCalls } from "./artifact_calls.js";
import { textLines } from "./artifact_text_lines.js";
import { textSearch } from "./artifact_text_search.js";
import { live } from "./live_text.js";

const WHOLE = 60000; // bytes: a shorter log is shown from its beginning
const { make } = live;
const { begin, button, follow, more } = textLines;
const { find, stop } = textSearch;

/** Shows the text in `place`; a long log from its end.
 * @type {(place: HTMLElement, file: { run: string, path: string, size: number }, texts: ArtifactTexts) => Promise<void>} */
function show(place, { run, path, size }, texts) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const box = make("div", { class: "live-log", tabindex: "0", role: "region", "aria-label": artifactCalls.filled(texts.lines_of, { name }) });
  const status = make("p", { class: "small text-body-secondary mb-1", role: "status" });
  const found = make("ul", { class: "live-log-found mb-2", hidden: "" });
  const search = make("input", { type: "search", class: "form-control form-control-sm", "aria-label": texts.search, placeholder: texts.search });
  const regex = make("input", { type: "checkbox", class: "form-check-input", id: "artifact-regex" });
  const buttons = {
    earlier: button(texts.earlier, () => more(state, "before"), { hidden: "" }),
    later: button(texts.later, () => more(state, "after"), { hidden: "" }),
    follow: button(texts.follow, () => follow(state, !state.follows), { "aria-pressed": "false" }),
    on: button(texts.search_on, null, { hidden: "" }),
    stop: button(texts.stop, () => stop(state), { hidden: "" }),
  };
  /** @type {import("./artifact_text_lines.js").TextView} */
  const state = { run, path, texts, box, status, found, search, regex, buttons, begins: 0, ends: 0, size, follows: false, following: null, isCut: null, asked: 0, searches: 0 };
  search.addEventListener("keydown", (event) => event.key === "Enter" && find(state, event.shiftKey ? "after" : "before"));
  place.replaceChildren(
    make(
      "div",
      { class: "d-flex flex-wrap gap-2 mb-2" },
      button(texts.first, () => begin(state, { after: 0 })),
      button(texts.last, () => begin(state, {})),
      buttons.follow,
      make("div", { class: "artifact-search" }, search),
      make("span", { class: "form-check mb-0 align-self-center" }, regex, make("label", { class: "form-check-label small", for: regex.id }, texts.search_regex)),
      button(texts.search_back, () => find(state, "before")),
      button(texts.search_forth, () => find(state, "after"))
    ),
    status,
    buttons.stop,
    found,
    buttons.on,
    make("div", { class: "mb-1" }, buttons.earlier),
    box,
    make("div", { class: "mt-1" }, buttons.later)
  );
  const isLog = /(\.(log|out|err)|stdout|stderr)(\.txt)?$/i.test(name);
  return begin(state, isLog && size > WHOLE ? {} : { after: 0 });
}

export const artifactText = Object.freeze({ show });
