/* Types of what a page of Clew has in addition to the browser's own globals: Dash and Plotly. */

/** The properties of a component, or another JSON object whose fields are checked where they are read. */
type Props = Record<string, unknown>;

interface DashClientside {
  no_update: unknown;
  callback_context: { triggered: { prop_id: string; value: unknown }[] };
  set_props(id: string, props: Props): void;
  /** The functions of our scripts, by namespace; Dash keeps some of its own there, too. */
  [namespace: string]: unknown;
}

interface Window {
  dash_clientside: DashClientside;
  /** `getLayout` throws a TypeError for an id that is not on the page. */
  dash_component_api: { getLayout(id: string): { props: Props } };
  Plotly: PlotlyLibrary;
  /** For the browser's console and for tests. */
  clew: Record<string, unknown>;
}

/* Selectors find HTML elements; SVG elements are found by the names of their tags. */
interface ParentNode {
  querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
  querySelector<K extends keyof SVGElementTagNameMap>(selectors: K): SVGElementTagNameMap[K] | null;
  querySelector(selectors: string): HTMLElement | null;
  querySelectorAll<K extends keyof HTMLElementTagNameMap>(selectors: K): NodeListOf<HTMLElementTagNameMap[K]>;
  querySelectorAll<K extends keyof SVGElementTagNameMap>(selectors: K): NodeListOf<SVGElementTagNameMap[K]>;
  querySelectorAll(selectors: string): NodeListOf<HTMLElement>;
}
interface Element {
  closest<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
  closest(selectors: string): HTMLElement | null;
}

/* JSON of a response or a message has the type that the script gives it where it arrives. */
interface Response {
  json(): Promise<unknown>;
}
interface JSON {
  parse(text: string): unknown;
}
