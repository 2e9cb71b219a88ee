/* The player's keys, as its page lists them: not while the viewer types, and only where the page's switch is on. */
import { setProps } from "./dash.js";
import { byId } from "./elements.js";
import { ID } from "./from_python.js";
import { isPlaying } from "./inference_stream.js";

const OWN_KEYS = "input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog], dialog, .dash-spreadsheet";
const PRESSED_BY_SPACE = "button, a, summary, [role=button]";
/** @param {"play" | "stop" | "step" | "reset"} name */
const press = (name) => byId(`inference-${name}`).click();
/** @param {"maze" | "others"} what */
const watches = (what) => (document.documentElement.dataset.watching || "maze").split(" ").includes(what);

/** Chooses the next pace, or the one before, among those that the page offers, and a step per second more or less in the maze.
 *
 * @param {1 | -1} by
 */
function faster(by) {
  if (watches("others")) {
    const { options, selectedIndex } = /** @type {HTMLSelectElement} */ (byId(ID.INFERENCE_PACE));
    const next = options[selectedIndex + by];
    if (next) setProps(ID.INFERENCE_PACE, { value: next.value });
  }
  if (watches("maze")) {
    const { value, min, max } = /** @type {HTMLInputElement} */ (byId(ID.INFERENCE_SPEED));
    setProps(ID.INFERENCE_SPEED, { value: Math.max(Number(min), Math.min(Number(max), Number(value) + by)) });
  }
}

function chooseSeed() {
  const box = /** @type {HTMLInputElement} */ (byId(ID.INFERENCE_SEED));
  box.focus();
  box.select();
}

/** @type {Record<string, () => void>} */
const KEYS = {
  " ": () => press(isPlaying() ? "stop" : "play"),
  ArrowRight: () => press("step"),
  r: () => press("reset"),
  s: chooseSeed,
  "+": () => faster(1),
  "=": () => faster(1), // where + needs Shift
  "-": () => faster(-1),
};

/** Returns whether the key is for another element: a field, a button that Space presses, an open dialog.
 *
 * @param {KeyboardEvent} event
 */
function isTaken(event) {
  const target = /** @type {Element} */ (event.target);
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return true;
  if (target.closest(OWN_KEYS) || document.querySelector("dialog[open], .modal.show")) return true;
  if (event.key === "ArrowRight") return Boolean(target.closest('[tabindex="0"]')); // it scrolls
  return event.key === " " && Boolean(target.closest(PRESSED_BY_SPACE)) && target.id !== ID.INFERENCE_PLAY;
}

/** Returns whether the page has the keys' switch, and it is on. */
function isOn() {
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById(ID.INFERENCE_KEYS));
  return Boolean(box?.checked);
}

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!isOn() || !act || isTaken(event)) return;
  event.preventDefault(); // the page would scroll, and the letter would be typed into the box of the seed
  if (!event.repeat || event.key === "ArrowRight") act();
});

// A button is pressed when Space is let go, also where its press was handled above.
document.addEventListener("keyup", (event) => {
  if (isOn() && event.key === " " && /** @type {Element} */ (event.target).id === ID.INFERENCE_PLAY) event.preventDefault();
});
