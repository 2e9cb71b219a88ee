/* The comparison on the runs page: opened and closed in the browser, with the runs in the address. */
import { addresses, setAddress } from "./addresses.js";
import { register, setProps } from "./dash.js";
import { byId, elementOf } from "./elements.js";
import { ID } from "./from_python.js";
import { live } from "./live_text.js";

const COMPARED = ID.COMPARED;
const NEWS = ID.COMPARE_NEWS;
const LONGEST_ADDRESS = 6000; // servers take 8,000 characters

const runs = {
  /** Has the comparison refresh when the run list did.
   * @type {(version: string | null) => void} */
  news(version) {
    if (version) setProps(NEWS, { data: version });
  },

  /** @type {(clicks: number | null, selected: string[]) => void} */
  compare(clicks, selected) {
    if (!clicks) return;
    setAddress((query) => query.set("runs", selected.join(",")));
    setProps(COMPARED, { data: { runs: selected, malformed: 0, odd: [] } });
    window.setTimeout(() => {
      const heading = /** @type {HTMLElement} */ (document.querySelector(`#${ID.COMPARE_PANEL} h2`));
      heading.scrollIntoView({ block: "start" }); // at once: smooth scrolling would paint the page many times
      heading.focus({ preventScroll: true });
    }, 50);
  },

  /** @type {(clicks: number | null) => void} */
  closeComparison(clicks) {
    if (!clicks) return;
    setAddress((query) => query.delete("runs"));
    setProps(COMPARED, { data: { runs: [], malformed: 0, odd: [] } });
    byId(ID.COMPARE).focus();
  },

  /** @type {(compared: { runs: string[], malformed: number, odd: string[] }) => boolean} */
  hidden(compared) {
    return !compared.runs.length && !compared.malformed && !compared.odd.length;
  },
};

// The report is of the address at the moment of the click.
document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null | undefined} */ (elementOf(event)?.closest(`#${ID.REPORT}`));
  if (!link) return;
  const query = addresses.query();
  const path = `${document.documentElement.dataset.prefix}runs/report.html`;
  link.href = `${path}?${query.toString().replace(/%2C/gi, ",")}`;
  if (link.href.length <= LONGEST_ADDRESS) return;
  event.preventDefault();
  send(path, query);
});

/** Posts a query that is too long for an address as a form; its answer is a file, so the page stays.
 * @type {(path: string, query: URLSearchParams) => void} */
function send(path, query) {
  const { make } = live;
  const fields = [...query].map(([name, value]) => make("input", { type: "hidden", name, value }));
  const form = make("form", { method: "post", action: path, hidden: "" }, ...fields);
  document.body.append(form);
  form.submit();
  form.remove();
}

register("runs", runs);
