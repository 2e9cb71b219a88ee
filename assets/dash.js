/* Dash in the browser: what it calls of ours, and what it lets us set. */
window.dash_clientside ||= /** @type {DashClientside} */ ({});

/** Makes functions known to Dash as those of a namespace, as a `ClientsideFunction` names them. */
function register(namespace, functions) {
  const spaces = window.dash_clientside;
  spaces[namespace] = { ...spaces[namespace], ...functions };
}

const setProps = (id, props) => window.dash_clientside.set_props(id, props);

export { register, setProps };
