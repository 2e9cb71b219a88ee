/* Draws a maze as SVG: walls, start, goal, the agent; visited cells in rising shade, in each the policy's best action as an arrow. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const TURNS = [-90, 90, 180, 0]; // up, down, left, right: the arrow is drawn to the right
const ARROW = "M -0.3 0 H 0.25 M 0.08 -0.18 L 0.27 0 L 0.08 0.18";

/**
 * @template {keyof SVGElementTagNameMap} Kind
 * @param {Kind} kind
 * @param {Record<string, string | number>} attributes
 * @param {Element} parent
 */
function element(kind, attributes, parent) {
  const made = /** @type {SVGElementTagNameMap[Kind] & SVGElement} */ (document.createElementNS(NAMESPACE, kind));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  parent.append(made);
  return made;
}

class Board {
  /** Draws `maze` into `place`, and replaces what was there.
   *
   * @param {Element} place
   * @param {import("./inference_messages.js").Maze} maze
   * @param {InferenceTexts} texts
   */
  constructor(place, maze, texts) {
    this.maze = maze;
    this.texts = texts;
    /** @type {Map<string, SVGGElement>} passages by "x,y" */
    this.cells = new Map();
    /** @type {Map<SVGGElement, number>} */
    this.visits = new Map();
    this.svg = document.createElementNS(NAMESPACE, "svg");
    this.svg.setAttribute("viewBox", `-0.1 -0.1 ${maze.size + 0.2} ${maze.size + 0.2}`);
    this.svg.setAttribute("role", "img");
    maze.walls.forEach((row, y) => row.forEach((wall, x) => this.cell(x, y, wall)));
    element("circle", { class: "maze-start", cx: maze.start[0] + 0.5, cy: maze.start[1] + 0.5, r: 0.38 }, this.svg);
    element("path", { class: "maze-goal", d: "M 0.3 0.85 V 0.15 L 0.8 0.33 L 0.3 0.52", transform: `translate(${maze.goal})` }, this.svg);
    this.agent = element("circle", { class: "maze-agent", r: 0.27 }, this.svg);
    place.replaceChildren(this.svg);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {0 | 1} wall
   */
  cell(x, y, wall) {
    const group = element("g", { class: wall ? "maze-wall" : "maze-passage", transform: `translate(${x} ${y})` }, this.svg);
    element("rect", { width: 1, height: 1 }, group);
    if (!wall) this.cells.set(`${x},${y}`, group);
  }

  /** Shows the agent at its position, and the policy's scores there.
   *
   * @param {import("./inference_messages.js").MazeStep | import("./inference_messages.js").PastMazeStep} at
   */
  at({ position: [x, y], q_values: scores, step }) {
    this.agent.style.transform = `translate(${x + 0.5}px, ${y + 0.5}px)`;
    this.agent.classList.toggle("maze-agent-starts", step === 0); // without a slide across the whole maze
    const group = this.cells.get(`${x},${y}`);
    if (!group) return;
    const visits = (this.visits.get(group) || 0) + 1;
    this.visits.set(group, visits);
    group.style.setProperty("--visits", (1 - 1 / (1 + visits / 2)).toFixed(2));
    group.classList.add("maze-seen");
    const scoreTexts = this.drawScores(group, scores);
    /** @type {Record<string, number>} */
    const values = { size: this.maze.size, seed: this.maze.seed, x, y, seen: this.visits.size };
    const where = this.texts.maze.replace(/\{(\w+)\}/g, (_all, name) => String(values[name]));
    this.svg.setAttribute("aria-label", `${where} ${this.texts.scores.replace("{scores}", scoreTexts.join(", "))}`);
  }

  /** @param {number} action */
  nameOf(action) {
    return this.texts.actions[action];
  }

  /** Draws the best action as an arrow; returns the scores of all actions as texts.
   *
   * @param {SVGGElement} group
   * @param {number[]} scores
   */
  drawScores(group, scores) {
    const best = scores.indexOf(Math.max(...scores));
    const arrow = group.querySelector("path") || element("path", { d: ARROW }, group);
    arrow.setAttribute("transform", `translate(0.5 0.5) rotate(${TURNS[best]})`);
    const title = group.querySelector("title") || element("title", {}, group);
    const texts = scores.map((score, action) => `${this.texts.actions[action]} ${score.toFixed(3)}${action === best ? " ←" : ""}`);
    title.textContent = texts.join("\n");
    return texts;
  }
}

export { Board };
