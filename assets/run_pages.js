/* The run list where it is too long for the browser: the server sorts and filters, and here is one page of it.
 *
 * The newest question counts: an answer to an older one is dropped. What failed is said, with a button to ask again, and
 * the rows stay.
 */
import { locale, propsOf } from "./clew.js";
import { isThere } from "./clock.js";
import { register, setProps } from "./dash.js";
import { COLUMNS_OF_THEMSELVES, ID } from "./from_python.js";
import { listQuery, onListQuery } from "./list_query.js";
import { columns } from "./run_columns.js";
import { isPaged, postToList } from "./run_list_requests.js";
import { selection } from "./run_selection.js";

const TABLE = ID.TABLE;
const ANSWER = ID.ANSWER;
const SOON = 150; // ms: what comes sooner needs no sign of waiting
const dataOf = (id) => propsOf(id).data;
const element = (id) => document.getElementById(id);
let newest = 0;
let asked = "";
let askedOn = null;
let running = null;

/** The table's frame: another one each time that the page is entered. */
const frame = () => document.querySelector(`.table-frame[data-table="${TABLE}"]`);

function showLoading(isLoading) {
  frame()?.setAttribute("aria-busy", String(isLoading));
  const sign = element(ID.LOADING);
  if (sign) sign.hidden = !isLoading;
}

function showFailure(sentence) {
  const alert = element(ID.PAGE_FAILURE);
  if (!alert) return;
  alert.hidden = !sentence;
  element(ID.PAGE_FAILURE_TEXT).textContent = sentence;
}

/** The question of this moment; which runs are ticked is asked for once with each state of the list. */
function question() {
  const { page_current, page_size } = propsOf(TABLE);
  const { version } = dataOf(ID.LISTED);
  const isNews = dataOf(ANSWER)?.of !== version;
  const selected = isNews ? selection.get() : [];
  const { columns: refs, ...others } = listQuery();
  // Those that come by themselves are asked for before it is known whether any run has something in them.
  const query = { ...others, columns: [...new Set([...refs, ...COLUMNS_OF_THEMSELVES])], page: page_current || 0, page_size, version };
  return { query, selected };
}

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
    const answer = await postToList("runs/rows", { ...query, ...(selected.length ? { selected } : {}) }, running.signal);
    if (number !== newest || !isPaged()) return;
    showFailure("");
    take(query, answer);
  } catch (error) {
    if (number !== newest || !isThere(TABLE)) return;
    asked = "";
    showFailure(propsOf(ID.TEXTS).data.page_failed.replace("{cause}", () => error.message));
  } finally {
    window.clearTimeout(sign);
    if (number === newest) showLoading(false);
  }
}

function take(query, answer) {
  const last = Math.max(Math.ceil(answer.left / query.page_size) - 1, 0);
  // As DataTable does: a page beyond the last one is the first one.
  if (query.page > last) setProps(TABLE, { page_current: 0 });
  else setProps(ANSWER, { data: { ...answer, of: query.version, page_count: last + 1, query } });
}

document.addEventListener("click", ({ target }) => target.closest?.(`#${ID.PAGE_RETRY}`) && ask(true));

let isListening = false;
let toldQuarter = null;
const runs = {
  /** Another page, or another version of the list: each asks anew; so does a tick while values are on their way. */
  pages() {
    if (!isListening) onListQuery(() => ask());
    isListening = true;
    window.setTimeout(() => ask(isPaged() && Object.keys(dataOf(ANSWER)?.pending || {}).length > 0), 0);
  },

  /** How far a first reading is, to a screen reader: at each quarter, since what is seen changes every second. */
  progress(listed, texts) {
    const { progress, total } = listed || {};
    const count = (number) => number.toLocaleString(locale());
    const quarter = progress?.about ? Math.floor((4 * progress.read) / progress.about) : null;
    const [isNews, wasReading] = [quarter !== toldQuarter, toldQuarter !== null];
    toldQuarter = quarter;
    if (!isNews) return window.dash_clientside.no_update;
    if (quarter === null) return wasReading ? texts.all_read.replace("{n}", count(total)) : "";
    return texts.progress.replace("{n}", count(progress.read)).replace("{total}", count(progress.about));
  },

  /** What is still on its way, column by column; and how many runs the filters leave, where not the browser counts. */
  shown(answer, listed, texts) {
    const count = (number) => number.toLocaleString(locale());
    if (listed?.paged && answer) {
      const text = answer.left === answer.total ? "" : texts.shown.replace("{n}", count(answer.left));
      setProps(`${TABLE}-shown`, { children: text });
    }
    const pending = Object.entries((listed?.paged ? answer : listed)?.pending || {});
    return pending.map(([ref, n]) => texts.pending.replace("{name}", () => columns.nameOf(ref)).replace("{n}", count(n))).join("");
  },
};

register("runs", runs);
