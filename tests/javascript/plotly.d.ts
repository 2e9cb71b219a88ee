/* What the scripts use of plotly.js, whose bundle has no types. Figures are made by Python: of their attributes, those are
   declared that a script reads or writes. */

interface PlotlyTrace {
  name?: string;
  x?: unknown[];
  y?: unknown[];
  line?: { color?: string; dash?: string; width?: number };
  /** What components/charts adds to a trace: the line that it belongs to. */
  meta?: { run?: string; name?: string };
  showlegend?: boolean;
  [attribute: string]: unknown;
}

interface PlotlyAxis {
  type?: string;
  title?: { text?: string; standoff?: number };
  /** Both ends: numbers, or texts on an axis of time. */
  range?: unknown[] | null;
  autorange?: boolean;
  automargin?: boolean;
  uirevision?: unknown;
  [attribute: string]: unknown;
}

interface PlotlyLayout {
  xaxis?: PlotlyAxis;
  yaxis?: PlotlyAxis;
  /** Pixels. */
  width?: number;
  height?: number;
  showlegend?: boolean;
  /** What components/charts adds: how the numbers of the x axis become the metric's unit. */
  meta?: { x?: { divisor?: number; shift?: number; base?: number } };
  [attribute: string]: unknown;
}

interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: PlotlyLayout;
}

/** A change of the layout: attributes by path, such as "xaxis.range[0]". */
type PlotlyChange = Record<string, unknown>;

/** The modes, buttons and so on of a chart, which Plotly alone reads. */
type PlotlyConfig = Record<string, unknown>;

/** An axis as it is drawn, in pixels of the chart's element; no part of Plotly's documented interface. */
interface PlotlyDrawnAxis {
  _length?: number;
  _offset: number;
  d2p(value: unknown): number;
}

/** The element of a chart that is drawn. */
interface PlotlyElement extends HTMLElement {
  data: PlotlyTrace[];
  layout: PlotlyLayout;
  _fullLayout?: { xaxis?: PlotlyDrawnAxis };
  on(event: "plotly_hover", listener: (event: { points: { x: unknown }[] }) => void): void;
  on(event: "plotly_unhover", listener: () => void): void;
  on(event: "plotly_relayout", listener: (change: PlotlyChange) => void): void;
  /** Returning false keeps Plotly from hiding the line itself. */
  on(event: "plotly_legendclick" | "plotly_legenddoubleclick", listener: (event: { data: PlotlyTrace[]; curveNumber: number }) => unknown): void;
}

interface PlotlyLibrary {
  newPlot(element: HTMLElement, data: PlotlyTrace[], layout: PlotlyLayout, config?: PlotlyConfig): Promise<PlotlyElement>;
  react(element: HTMLElement, data: PlotlyTrace[], layout: PlotlyLayout, config?: PlotlyConfig): Promise<PlotlyElement>;
  relayout(element: HTMLElement, change: PlotlyChange): Promise<PlotlyElement>;
  /** Adds points to lines: for each of `places`, a list of new values; the newest `most` of a line are kept. */
  extendTraces(element: HTMLElement, points: { x: unknown[][]; y: unknown[][] }, places: number[], most: number): Promise<PlotlyElement>;
  purge(element: HTMLElement): void;
  downloadImage(figure: PlotlyFigure, options: { format: "png" | "svg"; scale?: number; filename: string; width?: number; height?: number }): Promise<string>;
}
