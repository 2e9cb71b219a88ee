/* What a page of Clew has beside the browser's own: Dash, Plotly, and elements that Python describes. */

type Props = Record<string, any>;
/** The texts of a page, by name, as Python wrote them into it; some are groups of texts. */
type Texts = Record<string, any>;

interface DashClientside {
  no_update: unknown;
  callback_context: { triggered: { prop_id: string; value: unknown }[] };
  set_props(id: string, props: Props): void;
  /** Functions of ours by namespace, beside what Dash itself puts there. */
  [namespace: string]: any;
}

interface Window {
  dash_clientside: DashClientside;
  /** `getLayout` throws a TypeError for an id that is not on the page. */
  dash_component_api: { getLayout(id: string): { props: Props } };
  /** The basic bundle of plotly.js, which ships no types. */
  Plotly: any;
  /** For the console and the browser's tests. */
  clew: Record<string, unknown>;
}

/* What the scripts look for by selectors is HTML; SVG they draw themselves, and find by the names of tags. */
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
