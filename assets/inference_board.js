/* A maze as SVG: walls, start, goal, the agent; visited cells in rising shade, in each the policy's best action as an arrow. */
const NAMESPACE = "http://www.w3.org/2000/svg";
const TURNS = [-90, 90, 180, 0]; // up, down, left, right: the arrow is drawn to the right
const ARROW = "M -0.3 0 H 0.25 M 0.08 -0.18 L 0.27 0 L 0.08 0.18";

function element(kind, attributes, parent) {
  const made = document.createElementNS(NAMESPACE, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

class Board {
  /** Draws `maze` into `place`, in the room of whatever was there. */
  constructor(place, maze, texts) {
    this.maze = maze;
    this.texts = texts;
    this.cells = new Map();
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

  cell(x, y, wall) {
    const group = element("g", { class: wall ? "maze-wall" : "maze-passage", transform: `translate(${x} ${y})` }, this.svg);
    element("rect", { width: 1, height: 1 }, group);
    if (!wall) this.cells.set(`${x},${y}`, group);
  }

  /** The agent is somewhere, and this is what the policy thinks there. */
  at({ position: [x, y], q_values: scores, step }) {
    this.agent.style.transform = `translate(${x + 0.5}px, ${y + 0.5}px)`;
    this.agent.classList.toggle("maze-agent-starts", step === 0); // without a slide across the whole maze
    const group = this.cells.get(`${x},${y}`);
    if (!group) return;
    const visits = (this.visits.get(group) || 0) + 1;
    this.visits.set(group, visits);
    group.style.setProperty("--visits", (1 - 1 / (1 + visits / 2)).toFixed(2));
    group.classList.add("maze-seen");
    const said = this.thinks(group, scores);
    const words = { size: this.maze.size, seed: this.maze.seed, x, y, seen: this.visits.size };
    const where = this.texts.maze.replace(/\{(\w+)\}/g, (_all, word) => words[word]);
    this.svg.setAttribute("aria-label", `${where} ${this.texts.scores.replace("{scores}", said.join(", "))}`);
  }

  nameOf(action) {
    return this.texts.actions[action];
  }

  /** Draws the best action as an arrow; returns the scores of all, in words. */
  thinks(group, scores) {
    const best = scores.indexOf(Math.max(...scores));
    const arrow = group.querySelector("path") || element("path", { d: ARROW }, group);
    arrow.setAttribute("transform", `translate(0.5 0.5) rotate(${TURNS[best]})`);
    const title = group.querySelector("title") || element("title", {}, group);
    const said = scores.map((score, action) => `${this.texts.actions[action]} ${score.toFixed(3)}${action === best ? " ←" : ""}`);
    title.textContent = said.join("\n");
    return said;
  }
}

export { Board };
