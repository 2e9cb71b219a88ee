/* The state of the form that starts a training, which its scripts share, and its parts on the page. */
import { live } from "./live_text.js";

/**
 * @typedef {Record<string, string[]>} ShownFor the values of other fields with which a field or a preset is offered
 * @typedef {Record<string, unknown>} Values by field
 * @typedef {{ name: string, shown_for: ShownFor, values: Values }} Preset
 *
 * @typedef {object} Form as Clew describes it
 * @property {import("./live_text.js").DescribedChild} body
 * @property {string | null} [note]
 * @property {{ name: string, shown_for: ShownFor }[]} fields
 * @property {unknown[]} defaults by the fields' order
 * @property {Values} values that the address asks for
 * @property {Preset[]} presets
 * @property {string} trainer
 * @property {string | null} [blocked] why nothing can be started
 * @property {boolean} is_complete whether the scheduler, and the run whose values are asked for, could be read
 *
 * @typedef {object} State
 * @property {{ trainer?: string, fork?: string, [name: string]: string | undefined }} query
 * @property {TrainingTexts} texts
 * @property {Form | null} form
 * @property {string | undefined} trainer that the address or the reader asks for
 * @property {object | null} loading the newest request for the form, until it is answered
 * @property {string} drawn what of the form is drawn, as JSON
 * @property {number} asked how many checks were asked for
 * @property {Record<string, string>} wrong what is wrong, by field
 * @property {boolean} isTouched whether the reader changed a field
 * @property {boolean} isSending
 * @property {string | null} requestId of the start; the same id starts once, however often it is sent
 * @property {string | null} away why the scheduler cannot be reached
 * @property {number | undefined} timer of the next check
 */

/** @type {(query: State["query"], texts: TrainingTexts) => State} */
const begun = (query, texts) => ({ query, texts, form: null, trainer: query.trainer, loading: null, drawn: "", asked: 0, wrong: {}, isTouched: false, isSending: false, requestId: null, away: null, timer: undefined });

let state = begun({}, /** @type {TrainingTexts} */ ({}));

/** Returns the state of the form on show. */
const formState = () => state;

/** Begins the state of another form: nothing typed, nothing checked, nothing sent.
 * @type {(query: State["query"] | null, texts: TrainingTexts) => State} */
function beginForm(query, texts) {
  state = begun(query || {}, texts);
  return state;
}

/** Returns a part of the page, which has all of them while it is on show.
 * @type {(name: string) => HTMLElement} */
const formPart = (name) => /** @type {HTMLElement} */ (document.getElementById(`training-${name}`));

/** Writes a text of the form: "note", "summary" or "blocked".
 * @type {(name: string, text: string) => void} */
const writeText = (name, text) => live.write(formPart(name), text);

export { beginForm, formPart, formState, writeText };
