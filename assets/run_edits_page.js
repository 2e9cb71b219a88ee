/* A run's note, marks, tags and name on its page, where each can be changed, and the history of its changes. */
import { askingAgain, passes } from "./asking_again.js";
import { register } from "./dash.js";
import { within } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";
import { runEdits } from "./run_edits.js";
import { button, tagsForm, theirs } from "./run_tags_form.js";

/** @import { Change, RunNow } from "./run_edits.js" */

const PLACE = ID.RUN_EDITS;
const NOT_FOUND = 404;
const { make } = live;
const place = () => document.getElementById(PLACE);

class RunSection {
  /** @param {HTMLElement} box
   *  @param {string} run */
  constructor(box, run) {
    this.box = box;
    this.run = run;
    this.texts = runEdits.learn(box);
    this.head = make("h2", { class: "h5 mt-3" }, this.texts.title);
    this.buttons = make("div", { class: "d-flex flex-wrap gap-2 mb-2" });
    this.note = make("div", { class: "run-note" });
    this.editor = make("div");
    this.past = make("details", { class: "mt-2" });
    this.status = make("p", { class: "small text-body-secondary", role: "status" });
    /** @type {RunNow | null} */
    this.now = null;
    /** @type {object | null} */
    this.asked = null; // the newest question, while it is not answered
    this.again = askingAgain(() => this.isShown());
    box.replaceChildren(this.head, this.status, this.buttons, this.editor, this.note, this.past);
  }

  isShown() {
    return this.box.isConnected && this.box.dataset.run === this.run;
  }

  /** Reads the run, again until a service that fails is back; what was read before stays. */
  async read() {
    const asked = (this.asked = {});
    this.again.stop();
    const found = await runEdits.now(this.run);
    if (this.asked !== asked || !this.isShown()) return;
    this.asked = null;
    if (!("problem" in found)) {
      this.again.reset();
      return this.draw(found);
    }
    this.box.hidden = found.status === NOT_FOUND; // the page itself says that there is no such run
    if (passes(found)) this.again.afterFailure(() => this.read());
    if (!this.now) this.status.replaceChildren(this.texts.unreachable, " ", button(this.texts.retry, () => this.read(), "link btn-sm p-0"));
  }

  /** @param {RunNow} found */
  draw(found) {
    this.now = found;
    this.box.hidden = false;
    this.status.textContent = found.is_deleted ? this.texts.in_trash : found.refused || "";
    this.note.replaceChildren(...live.build(found.note_drawn));
    this.drawButtons();
    const past = found.history.length ? live.build(found.history) : [make("p", { class: "small" }, this.texts.no_history)];
    this.past.replaceChildren(make("summary", {}, this.texts.history), ...past);
  }

  /** Returns what was read last; the buttons and the forms are there only once something was. */
  get known() {
    return /** @type {RunNow} */ (this.now);
  }

  drawButtons() {
    const { texts, known: now } = this;
    /** @type {(mark: string) => boolean} */
    const is = (mark) => now.marks.includes(mark);
    /** @type {(name: string, on: boolean) => () => unknown} */
    const mark = (name, on) => () => this.send({ marks: { [name]: on } });
    const some = now.is_deleted ? [button(texts.restore, () => this.act("restore"))] : [
      button(texts.rename, () => this.editName()),
      button(now.note ? texts.edit_note : texts.add_note, () => this.editNote()),
      button(texts.edit_tags, () => this.editTags()),
      button(is("baseline") ? texts.no_baseline : texts.baseline, mark("baseline", !is("baseline"))),
      button(is("archived") ? texts.no_archive : texts.archive, mark("archived", !is("archived"))),
      button(texts.delete, () => this.act("delete"), "outline-danger btn-sm"),
    ];
    for (const one of some) Object.assign(one, now.refused ? { disabled: true, title: now.refused } : {});
    this.buttons.replaceChildren(...some);
  }

  /** @param {string} action */
  async act(action) {
    await runEdits.one({ run_id: this.run, action }, this.known.name || this.run.slice(0, 8));
    if (this.isShown()) await this.read();
  }

  /** Sends a change; returns whether it was made. Else what is there now is drawn, and what was typed stays.
   * @param {Change} change */
  async send(change) {
    const answer = await runEdits.one({ run_id: this.run, action: "change", change }, this.known.name || this.run.slice(0, 8));
    if (!this.isShown()) return false;
    if (answer.outcome !== "asked" && answer.now) this.draw(answer.now);
    return answer.outcome === "done";
  }

  /** Opens a form in the place of the last one; `sent` returns the change to send, `there` what another user has written meanwhile.
   * @param {HTMLElement[]} rows
   * @param {() => Change | null} sent
   * @param {() => string | null} there */
  edit(rows, sent, there) {
    const { texts } = this;
    const conflict = make("div", { role: "alert" });
    const save = make("button", { type: "submit", class: "btn btn-primary btn-sm" }, texts.save);
    const cancel = button(texts.cancel, () => this.close(), "secondary btn-sm");
    const form = make("form", { class: "border rounded p-2 mb-2" }, ...rows, conflict, make("div", { class: "d-flex gap-2" }, save, cancel));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const change = sent();
      if (!change) return this.close();
      save.disabled = true;
      const isDone = await this.send(change);
      save.disabled = false;
      if (isDone) return this.close();
      const other = there();
      if (other === null) conflict.replaceChildren();
      else conflict.replaceChildren(make("p", { class: "small mb-1" }, texts.conflict), make("pre", { class: "small run-theirs" }, other), make("p", { class: "small" }, texts.again));
    });
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.editor.replaceChildren(form);
    within(form, ".form-control").focus();
  }

  close() {
    this.editor.replaceChildren();
    this.buttons.querySelector("button")?.focus();
  }

  editName() {
    let seen = this.known.name;
    const box = Object.assign(make("input", { class: "form-control form-control-sm mb-2", maxlength: "250", required: "" }), { value: seen });
    const wanted = () => (box.value.trim() === this.known.name ? null : { name: box.value.trim(), seen: { name: seen } });
    this.edit([make("label", { class: "small w-100" }, this.texts.name, box)], wanted, () => theirs(seen, this.known.name, (name) => { seen = name; }));
  }

  editNote() {
    let seen = this.known.note;
    const box = Object.assign(make("textarea", { class: "form-control form-control-sm mb-2", rows: "8", maxlength: "8000" }), { value: seen });
    const wanted = () => (box.value === this.known.note ? null : { note: box.value, seen: { note: seen } });
    this.edit([make("label", { class: "small w-100" }, this.texts.note, box)], wanted, () => theirs(seen, this.known.note, (note) => { seen = note; }));
  }

  editTags() {
    const { parts, wanted, there } = tagsForm(this.known.tags, this.texts);
    this.edit(parts, wanted, () => there(this.known.tags));
  }
}

/** @type {RunSection | null} */
let section = null;
/** Shows a run's section; one without an answer is read again with each version of the page.
 * @type {(run: string | null) => string | null} */
function show(run) {
  const box = place();
  if (!box || !run) return run;
  if (box.dataset.run !== run || !section?.isShown()) {
    box.dataset.run = run;
    section = new RunSection(box, run);
  }
  if (!section.now && !section.asked) section.read();
  return run;
}

document.addEventListener("clew:runs-changed", () => section?.isShown() && section.read());
register("runEdits", { show });
