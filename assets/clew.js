/* The frame: colour scheme, moments in the reader's time, links without a page load. */
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const applyScheme = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
dark.addEventListener("change", applyScheme);
applyScheme();

const locale = () => document.documentElement.lang || "en";

// Making one takes 0.04 ms: too long for each of 5,000 rows.
const formats = new Map();
function relative(language) {
  if (!formats.has(language)) formats.set(language, new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" }));
  return formats.get(language);
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago" for a moment in Unix ms; `now` is given where the reader's clock may be wrong. */
function age(ms, now) {
  if (ms === null || ms === undefined) return "–";
  // Minus 0 is a moment ago; 0 would be one to come.
  const seconds = -Math.max(0, Math.round(((now === undefined ? Date.now() : now) - ms) / 1000));
  const format = relative(locale());
  for (const [unit, size] of UNITS) {
    if (-seconds >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
}

function writeMoments() {
  for (const element of document.querySelectorAll("time.moment")) {
    const { ms, now } = element.dataset;
    if (element.skewOf !== now) {
      element.skewOf = now;
      element.skew = Date.now() - Number(now);
    }
    const moment = new Date(Number(ms));
    const sameDay = moment.toDateString() === new Date().toDateString();
    const time = moment.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const date = sameDay ? "" : `${moment.toLocaleDateString(locale())} `;
    const past = age(Number(ms), Date.now() - element.skew);
    const short = element.dataset.form === "age";
    const coming = element.dataset.form === "coming"; // its age says nothing
    element.textContent = short ? past : coming ? `${date}${time}` : `${date}${time} (${past})`;
    if (short) element.title = `${date}${time}`;
    element.dateTime = moment.toISOString();
  }
}

/** The buttons that close a dialog or a toast: the components know no word for them but an English one. */
function nameClosers() {
  for (const button of document.getElementsByClassName("btn-close")) {
    if (button.ariaLabel !== document.documentElement.dataset.close) button.ariaLabel = document.documentElement.dataset.close;
  }
}

window.setInterval(writeMoments, 1000);
new MutationObserver((changes) => {
  if (changes.some((c) => c.addedNodes.length)) nameClosers();
  if (changes.some((c) => [...c.addedNodes].some((n) => n.querySelector && (n.matches("time.moment") || n.querySelector("time.moment"))) || c.type === "attributes")) writeMoments();
}).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-ms"] });

/** To another page of Clew, without a page load. */
function visit(url) {
  window.history.pushState(null, "", url);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  window.scrollTo(0, 0);
}

const pad = (n) => String(n).padStart(2, "0");

/** Unix ms as "2026-11-22 18:49:05" in the reader's time zone: sorts as text and filters by its beginning. */
function localTime(ms) {
  if (ms === null || ms === undefined) return undefined;
  const t = new Date(ms);
  const date = `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())}`;
  return `${date} ${pad(t.getHours())}:${pad(t.getMinutes())}:${pad(t.getSeconds())}`;
}

/** A row without its missing values: DataTable's filter takes null for 0, and 0 is less than many things. */
const known = (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && typeof value !== "object"));

/** Whether Clew is asked there: on its own host, others may be beside its path. */
const isOurs = (url) => url.origin === window.location.origin && url.pathname.startsWith(document.documentElement.dataset.prefix);

document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href, window.location.href);
  if (link.dataset.lang) {
    // The other language of this very address; a new document, because every text changes.
    event.preventDefault();
    const here = new URL(window.location.href);
    here.searchParams.set("lang", link.dataset.lang);
    window.location.assign(here);
    return;
  }
  const leaves = !isOurs(url) || (link.target && link.target !== "_self") || link.hasAttribute("download");
  if (leaves || url.hash || link.getAttribute("href") === "") return;
  event.preventDefault();
  visit(url);
}, true); // while it goes down: the DataTable lets no click come up

/** What a component has at this moment; a callback's States are older by what Dash did since. */
const propsOf = (id) => window.dash_component_api.getLayout(id).props;

export { age, known, locale, localTime, propsOf, visit };
