/* Gives the tests a page: a document and what else of a browser the scripts ask for when they are loaded. */
import { GlobalRegistrator } from "@happy-dom/global-registrator";

GlobalRegistrator.register({ url: "http://clew.example:8050/mlflow" });
document.documentElement.lang = "en";
document.documentElement.dataset.prefix = "/";

/** What Dash keeps of the components of a page, by id; tests write into it. */
export const components = new Map();

/** What was set of a component since the last time that it was asked. */
export const changes = [];

window.dash_component_api = {
  getLayout: (id) => (components.has(id) ? { props: components.get(id) } : undefined),
};
window.dash_clientside = {
  no_update: Symbol("no_update"),
  set_props(id, props) {
    changes.push([id, props]);
    components.set(id, { ...components.get(id), ...props });
  },
};
