/* The place of one chart: its frame of a fixed height, its menu, what it says in words, what failed. */
import { chartSpecs } from "./chart_grid_specs.js";

const element = (tag, props = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), props);
  made.append(...children.filter((child) => child !== null));
  return made;
};

/** The chart's name, as its heading and its buttons have it. */
function titleOf(spec, texts) {
  return spec.subjects.map((subject) => texts.words[chartSpecs.wordOf(subject)] || chartSpecs.keyOf(subject)).join(" · ");
}

/** The place of the chart that `text` describes; `section` is null among the chosen ones. */
function box(grid, text, section) {
  const { texts, place } = grid;
  const spec = chartSpecs.parse(text);
  const title = titleOf(spec, texts);
  const word = spec.subjects.length === 1 && section === null ? chartSpecs.wordOf(spec.subjects[0]) : null;
  const name = word && word.replace(/_/g, "-");
  const plot = element("div", { className: "chart-place" }, element("p", { className: "chart-loading", textContent: texts.loading }));
  const line = element("div", { className: "chart-hover-line", hidden: true });
  const caption = element("figcaption", { className: "visually-hidden", textContent: `${title}: ${texts.loading}` });
  const failure = element("div", { className: "chart-failure alert alert-danger", hidden: true });
  const button = element("button", { type: "button", className: "chart-menu-button btn btn-sm", textContent: "⋮", title: texts.menu });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", texts.menu_of.replace("{chart}", title));
  const handle = element("span", { className: "chart-handle", textContent: "⠿", title: texts.drag });
  handle.setAttribute("aria-hidden", "true");
  plot.append(line);
  const frame = element("figure", { className: "chart-frame grid-chart" }, section === null ? handle : null, button, plot, caption, failure);
  frame.setAttribute("aria-label", title);
  frame.dataset.chart = text;
  if (spec.size === "wide") frame.classList.add("grid-chart-wide");
  if (name) {
    frame.id = `${place}-chart-${name}`;
    caption.id = `${place}-summary-${name}`;
  }
  const made = {
    key: `${section === null ? "" : section}|${text}`,
    ...{ text, spec, title, section, element: frame, place: plot, line, caption, failure, button, handle },
    ...{ isNear: false, isStale: true, answer: null, div: null, leaving: null, yRange: null, measured: null },
    /** Measured where nobody has said it: to ask has the browser lay out the page, in the middle of its drawing. */
    size: () => (made.measured = made.measured || { width: plot.clientWidth || 400, height: plot.clientHeight || 380 }),
  };
  frame.box = made;
  return made;
}

/** What failed, beside what is there; null where nothing did. */
function say(made, sentence, texts, retry) {
  made.failure.hidden = !sentence;
  if (!sentence || made.failure.dataset.said === sentence) return;
  made.failure.dataset.said = sentence;
  const again = element("button", { type: "button", className: "btn btn-sm btn-outline-danger", textContent: texts.retry });
  again.addEventListener("click", retry);
  made.failure.replaceChildren(element("span", { textContent: sentence }), " ", again);
}

export const chartBox = Object.freeze({ box, element, say, titleOf });
