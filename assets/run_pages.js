/* The run list where it is too long for the browser: the server sorts and filters, and here is one page of it.
 *
 * An answer to an older question is dropped. A failure is shown with a button to ask again, and the rows stay.
 */
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { byId, elementOf } from "./elements.js";
import { COLUMNS_OF_THEMSELVES, ID } from "./from_python.js";
import { listQuery, onListQuery } from "./list_query.js";
import { columns } from "./run_columns.js";
import { isPaged, postToList } from "./run_list_requests.js";
import { selection } from "./run_selection.js";

/**
 * @typedef {{ paged?: boolean, version?: string, progress?: { read: number, about: number | null } | null, total?: number, pending?: Record<string, number> }} ListState
 * @typedef {{ left: number, total: number, pending?: Record<string, number> }} PageAnswer
 * @typedef {ReturnType<typeof question>["query"]} PageQuery
 */

const TABLE = ID.TABLE;
const ANSWER = ID.ANSWER;
const SOON = 150; // ms: an answer that comes sooner needs no sign of waiting
let newest = 0;
let asked = "";
/** @type {Element | null} */
let askedOn = null;
/** @type {AbortController | null} */
let running = null;

/** Returns the table's frame: another one each time that the page is entered.
 * @type {() => Element | null} */
const frame = () => document.querySelector(`.table-frame[data-table="${TABLE}"]`);

/** @type {(isLoading: boolean) => void} */
function showLoading(isLoading) {
  frame()?.setAttribute("aria-busy", String(isLoading));
  const sign = document.getElementById(ID.LOADING);
  if (sign) sign.hidden = !isLoading;
}

/** Shows a failure; an empty sentence hides it.
 * @type {(sentence: string) => void} */
function showFailure(sentence) {
  const alert = document.getElementById(ID.PAGE_FAILURE);
  if (!alert) return;
  alert.hidden = !sentence;
  byId(ID.PAGE_FAILURE_TEXT).textContent = sentence;
}

/** Returns the question of this moment; the ticked runs are sent once with each version of the list. */
function question() {
  const { page_current, page_size } = propsOf(TABLE);
  const { version } = propsOf(ID.LISTED).data || {};
  const isNews = propsOf(ANSWER).data?.of !== version;
  const selected = isNews ? selection.get() : [];
  const { columns: refs, ...others } = listQuery();
  // Columns that come by themselves are asked for before it is known whether any run has something in them.
  const query = { ...others, columns: [...new Set([...refs, ...COLUMNS_OF_THEMSELVES])], page: page_current || 0, page_size, version };
  return { query, selected };
}

/** Fetches the page on show where the question is another one, or `again`.
 * @param {boolean} [again] */
async function ask(again) {
  if (!isPaged()) return;
  const { query, selected } = question();
  const text = JSON.stringify(query);
  const list = frame();
  if (text === asked && list === askedOn && !again) return;
  [asked, askedOn] = [text, list];
  const number = ++newest;
  running?.abort();
  running = new AbortController();
  const sign = window.setTimeout(() => showLoading(true), SOON);
  try {
    const answer = /** @type {PageAnswer} */ (await postToList("runs/rows", { ...query, ...(selected.length ? { selected } : {}) }, running.signal));
    if (number !== newest || !isPaged()) return;
    showFailure("");
    take(query, answer);
  } catch (error) {
    if (number !== newest || !isThere(TABLE)) return;
    asked = "";
    showFailure(propsOf(ID.TEXTS).data.page_failed.replace("{cause}", () => /** @type {Error} */ (error).message));
  } finally {
    window.clearTimeout(sign);
    if (number === newest) showLoading(false);
  }
}

/** @type {(query: PageQuery, answer: PageAnswer) => void} */
function take(query, answer) {
  const last = Math.max(Math.ceil(answer.left / query.page_size) - 1, 0);
  // As DataTable does: a page beyond the last one is the first one.
  if (query.page > last) setProps(TABLE, { page_current: 0 });
  else setProps(ANSWER, { data: { ...answer, of: query.version, page_count: last + 1, query } });
}

document.addEventListener("click", (event) => elementOf(event)?.closest(`#${ID.PAGE_RETRY}`) && ask(true));

/** @type {(number: number) => string} */
const count = (number) => number.toLocaleString(locale());

let isListening = false;
/** @type {number | null} */
let announced = null; // the quarter of the first reading
const runs = {
  /** Fetches another page, or another version of the list; also at each tick while values are on their way. */
  pages() {
    if (!isListening) onListQuery(() => ask());
    isListening = true;
    window.setTimeout(() => ask(isPaged() && Object.keys(propsOf(ANSWER).data?.pending || {}).length > 0), 0);
  },

  /** Returns for screen readers how far the first reading is: at each quarter, since the visible text changes every second.
   * @param {ListState | null} listed
   * @param {RunListTexts} texts */
  progress(listed, texts) {
    const { progress, total } = listed || {};
    const quarter = progress?.about ? Math.floor((4 * progress.read) / progress.about) : null;
    const [isNew, wasReading] = [quarter !== announced, announced !== null];
    announced = quarter;
    if (!isNew) return window.dash_clientside.no_update;
    if (!progress?.about) return wasReading ? texts.all_read.replace("{n}", count(total || 0)) : "";
    return texts.progress.replace("{n}", count(progress.read)).replace("{total}", count(progress.about));
  },

  /** Returns which values are still on their way, column by column; and writes how many runs the filters find, where the
      browser does not count them.
   * @param {PageAnswer | null} answer
   * @param {ListState | null} listed
   * @param {RunListTexts} texts */
  shown(answer, listed, texts) {
    if (listed?.paged && answer) {
      const text = answer.left === answer.total ? "" : texts.shown.replace("{n}", count(answer.left));
      setProps(`${TABLE}-shown`, { children: text });
    }
    const pending = Object.entries((listed?.paged ? answer : listed)?.pending || {});
    return pending.map(([ref, n]) => texts.pending.replace("{name}", () => columns.nameOf(ref)).replace("{n}", count(n))).join("");
  },
};

register("runs", runs);
