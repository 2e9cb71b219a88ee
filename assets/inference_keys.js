/* The player's keys, as its page lists them: not while somebody types, and not where a switch of the page says so. */
import { setProps } from "./dash.js";
import { ID } from "./from_python.js";
import { isPlaying } from "./inference_stream.js";

const OWN_KEYS = "input, textarea, select, [contenteditable], [role=menu], [role=listbox], [role=dialog], dialog, .dash-spreadsheet";
const PRESSED_BY_SPACE = "button, a, summary, [role=button]";
const press = (name) => document.getElementById(`inference-${name}`).click();
const watches = (what) => (document.documentElement.dataset.watching || "maze").split(" ").includes(what);

/** A pace further or back among those that the page offers, and a step per second more or less in the maze. */
function faster(by) {
  if (watches("others")) {
    const { options, selectedIndex } = document.getElementById(ID.INFERENCE_PACE);
    const next = options[selectedIndex + by];
    if (next) setProps(ID.INFERENCE_PACE, { value: next.value });
  }
  if (watches("maze")) {
    const { value, min, max } = document.getElementById(ID.INFERENCE_SPEED);
    setProps(ID.INFERENCE_SPEED, { value: Math.max(Number(min), Math.min(Number(max), Number(value) + by)) });
  }
}

function chooseSeed() {
  const box = document.getElementById(ID.INFERENCE_SEED);
  box.focus();
  box.select();
}

const KEYS = {
  " ": () => press(isPlaying() ? "stop" : "play"),
  ArrowRight: () => press("step"),
  r: () => press("reset"),
  s: chooseSeed,
  "+": () => faster(1),
  "=": () => faster(1), // where + needs Shift
  "-": () => faster(-1),
};

/** Whether the key is somebody else's: of a field, of a button that Space presses, of an open dialog. */
function isTaken(event) {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return true;
  if (event.target.closest(OWN_KEYS) || document.querySelector("dialog[open], .modal.show")) return true;
  if (event.key === "ArrowRight") return Boolean(event.target.closest('[tabindex="0"]')); // it scrolls
  return event.key === " " && Boolean(event.target.closest(PRESSED_BY_SPACE)) && event.target.id !== ID.INFERENCE_PLAY;
}

document.addEventListener("keydown", (event) => {
  const isOn = document.getElementById(ID.INFERENCE_KEYS);
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!isOn || !isOn.checked || !act || isTaken(event)) return;
  event.preventDefault(); // the page would scroll, and the letter would be typed into the box of the seed
  if (!event.repeat || event.key === "ArrowRight") act();
});

// A button is pressed when Space is let go, whatever became of the key before.
document.addEventListener("keyup", (event) => {
  const isOn = document.getElementById(ID.INFERENCE_KEYS);
  if (isOn && isOn.checked && event.key === " " && event.target.id === ID.INFERENCE_PLAY) event.preventDefault();
});
