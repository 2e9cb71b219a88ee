/* Gives the tests a page: a document, and the parts of a browser that the scripts use when they are loaded. */
import { GlobalRegistrator } from "@happy-dom/global-registrator";

GlobalRegistrator.register({ url: "http://clew.example:8050/mlflow" });
document.documentElement.lang = "en";
document.documentElement.dataset.prefix = "/";

/** The properties of the components of a page, by id; tests write into it. */
export const components = new Map();

/** The properties that scripts set, as [id, properties]; tests empty it. */
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
