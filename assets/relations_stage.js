/* A stage: two canvases, sharp on any screen, one for what stays and one for what moves above it; and the pointer's drags. */
/**
 * @import { Point } from "./relations_places.js"
 * @typedef {{ width: number, height: number, isNarrow: boolean }} Size in pixels
 * @typedef {(pen: CanvasRenderingContext2D, size: Size) => void} Draw
 */

/**
 * What a stage calls while the pointer is over it.
 *
 * @typedef {object} DragHandlers
 * @property {(from: Point, to: Point) => void} moved while the pointer is dragged
 * @property {(from: Point, to: Point, isMore: boolean) => void} dropped at the end of a drag; `isMore` with Shift
 * @property {(at: Point, event: PointerEvent) => void} pressed where it was no drag
 * @property {(at: Point | null) => void} over while no button is down; null where the pointer left
 * @property {() => void} calledOff where the browser takes a drag for its own, as it does to scroll
 */

const NARROW = 480;

/** @param {Element} host */
function layer(host) {
  const canvas = document.createElement("canvas");
  host.append(canvas);
  return canvas;
}

/** Makes a canvas as large as its place, and clears it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
function fresh(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = `12px ${window.getComputedStyle(canvas).fontFamily}`;
  return pen;
}

/** Cuts a text to `width` pixels.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number} width
 */
function cut(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let [fits, tooMuch] = [0, text.length];
  while (tooMuch - fits > 1) {
    const middle = (fits + tooMuch) >> 1;
    if (pen.measureText(`${text.slice(0, middle)}…`).width <= width) fits = middle;
    else tooMuch = middle;
  }
  return `${text.slice(0, fits)}…`;
}

/** Makes the stage in `host`: `paint` draws what stays, `overlay` what moves; `note` shows lines next to the pointer.
 *
 * @param {HTMLElement} host
 */
function stage(host) {
  host.replaceChildren();
  const [below, above] = [layer(host), layer(host)];
  const noted = document.createElement("div");
  noted.className = "relations-note";
  noted.hidden = true;
  host.append(noted);
  const size = () => ({ width: host.clientWidth, height: host.clientHeight, isNarrow: host.clientWidth < NARROW });
  /** @type {(canvas: HTMLCanvasElement) => (draw: Draw) => void} */
  const painted = (canvas) => (draw) => {
    const now = size();
    if (now.width) draw(fresh(canvas, now.width, now.height), now);
  };
  return {
    host,
    size,
    paint: painted(below),
    overlay: painted(above),
    /** Returns a pointer's place on the stage.
     *
     * @param {PointerEvent} event
     * @returns {Point}
     */
    at(event) {
      const box = above.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    /** Shows lines next to a point; none hides them.
     *
     * @param {string[]} lines
     * @param {Point} [at]
     */
    note(lines, [x, y] = [0, 0]) {
      noted.hidden = !lines.length;
      noted.textContent = lines.join("\n");
      const { width } = size();
      Object.assign(noted.style, x > width / 2 ? { left: "auto", right: `${width - x + 12}px` } : { left: `${x + 12}px`, right: "auto" });
      noted.style.top = `${y + 12}px`;
    },
    /** Follows the pointer.
     *
     * @param {DragHandlers} handlers
     */
    drags({ moved, dropped, pressed, over, calledOff }) {
      /** @type {Point | null} */
      let from = null;
      let far = false;
      above.addEventListener("pointerdown", (event) => {
        if (event.button) return;
        from = this.at(event);
        far = false;
        above.setPointerCapture(event.pointerId);
      });
      above.addEventListener("pointermove", (event) => {
        const now = this.at(event);
        if (!from) return over(now);
        far = far || Math.hypot(now[0] - from[0], now[1] - from[1]) > 4;
        return far && moved(from, now);
      });
      above.addEventListener("pointerup", (event) => {
        if (from && far) dropped(from, this.at(event), event.shiftKey);
        else if (from) pressed(from, event);
        from = null;
      });
      above.addEventListener("pointercancel", () => { from = null; calledOff(); });
      above.addEventListener("pointerleave", () => { if (!from) over(null); });
    },
  };
}

export const relationsStage = Object.freeze({ cut, stage });
