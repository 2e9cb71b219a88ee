/* Dash in the browser: the functions that it calls, and the properties that scripts set. */
window.dash_clientside ||= /** @type {DashClientside} */ ({});

/** Adds functions to a namespace of Dash's, for Python to name them by `ClientsideFunction`.
 * @type {(namespace: string, functions: object) => void} */
function register(namespace, functions) {
  const spaces = window.dash_clientside;
  spaces[namespace] = { .../** @type {object | undefined} */ (spaces[namespace]), ...functions };
}

/** Sets properties of a component of the page.
 * @type {(id: string, props: Props) => void} */
const setProps = (id, props) => window.dash_clientside.set_props(id, props);

export { register, setProps };
