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

/* Of what kind an element is, components/ says, in Python; whether it is there, the page. */
interface ParentNode {
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}
interface NonElementParentNode {
  getElementById(id: string): any;
}
interface Document {
  getElementById(id: string): any;
  activeElement: any;
}
interface Element {
  closest(selectors: string): any;
}
interface Node {
  box?: any;
  querySelector(selectors: string): any;
  querySelectorAll(selectors: string): NodeListOf<any>;
}
interface EventTarget {
  checked?: boolean;
  closest?(selectors: string): any;
  dataset: DOMStringMap;
  id?: string;
  matches?(selectors: string): boolean;
  tagName?: string;
  type?: string;
  value?: any;
}
interface HTMLElement {
  /** As the browser's own: an element has it, an event's target may. */
  focus(options?: FocusOptions): void;
}
interface Event {
  detail?: any;
  isComposing?: boolean;
  key?: string;
}
