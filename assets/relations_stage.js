/* A drawing and what moves above it: two canvases, sharp on any screen, and what the pointer is over. */
const NARROW = 480;

function layer(host) {
  const canvas = document.createElement("canvas");
  host.append(canvas);
  return canvas;
}

/** Makes a canvas as large as its place, and clears it. */
function fresh(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = `12px ${window.getComputedStyle(canvas).fontFamily}`;
  return pen;
}

/** `text` cut to `width` pixels. */
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

/** The stage in `host`: `paint(pen, size)` draws what stands, `overlay(pen, size)` what moves; `say` shows beside the pointer. */
function stage(host) {
  host.replaceChildren();
  const [below, above] = [layer(host), layer(host)];
  const note = document.createElement("div");
  note.className = "relations-note";
  note.hidden = true;
  host.append(note);
  const size = () => ({ width: host.clientWidth, height: host.clientHeight, isNarrow: host.clientWidth < NARROW });
  const painted = (canvas) => (draw) => {
    const now = size();
    if (now.width) draw(fresh(canvas, now.width, now.height), now);
  };
  return {
    host,
    size,
    paint: painted(below),
    overlay: painted(above),
    at(event) {
      const box = above.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    },
    say(lines, [x, y] = [0, 0]) {
      note.hidden = !lines.length;
      note.textContent = lines.join("\n");
      const { width } = size();
      Object.assign(note.style, x > width / 2 ? { left: "auto", right: `${width - x + 12}px` } : { left: `${x + 12}px`, right: "auto" });
      note.style.top = `${y + 12}px`;
    },
    /** Calls `moved(from, to, event)` while the pointer is dragged, `dropped` at its end, `pressed` where it was none.
     *
     * `calledOff` where a browser takes a drag for its own, as it does to scroll.
     */
    drags({ moved, dropped, pressed, over, calledOff }) {
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
