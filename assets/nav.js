/* Marks the header's link to the page that is open: for the eye a line below its name, for a screen reader "current". */
/** Marks the link to this page, or to the page that this one is below; of several the longest. Returns whether there are links. */
function markCurrentLink() {
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("header .navbar-nav a")]);
  const here = window.location.pathname.replace(/\/$/, "");
  const leadHere = links.filter(({ pathname }) => here === pathname || here.startsWith(`${pathname}/`));
  const open = leadHere.sort((one, other) => other.pathname.length - one.pathname.length)[0];
  for (const link of links) {
    if (link === open) link.setAttribute("aria-current", here === link.pathname ? "page" : "true");
    else link.removeAttribute("aria-current");
  }
  return links.length > 0;
}

for (const moved of ["popstate", "_dashprivate_pushstate", "_dashprivate_historychange"]) window.addEventListener(moved, () => markCurrentLink());
// The header comes with Dash's layout, once.
new MutationObserver((_changes, observer) => {
  if (markCurrentLink()) observer.disconnect();
}).observe(document.documentElement, { childList: true, subtree: true });
