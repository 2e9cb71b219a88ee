"""The texts of a page: visible ones, those of tooltips, and those for a screen reader."""

from typing import Final

from tests.browser.page import Page

# Places of names: of runs, parameters, models, users, programs, hosts and files; and of what is meant to be typed.
NAMES: Final = ", ".join(
    [
        "code, pre, table.parameters, #gpus-processes, .gpu-host-name, .gpu-group-name, .gpu-pointed, .tile-name, .gpu-card",
        "h1.h3:has(+ .badge), #compare-table a, .legend, .facts dd, option",
        ".metric-chart, .metric-key, .grid-chart:not([data-chart^='@'])",
        *(f"td[data-dash-column='{key}']" for key in ("name", "experiment", "algorithm", "environment", "onnx_path")),
    ]
)
_TEXTS: Final = """
const skipped = "script, style, noscript, " + arguments[0], said = [document.title];
const seen = (element) => element.checkVisibility({ visibilityProperty: true });
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  if (!parent.closest(skipped) && seen(parent)) said.push(walker.currentNode.textContent);
}
for (const name of ["title", "placeholder", "aria-label", "aria-description", "aria-valuetext", "alt", "data-title"]) {
  for (const element of document.querySelectorAll(`[${name}]`)) {
    if (!element.closest(skipped) && seen(element)) said.push(element.getAttribute(name));
  }
}
return [...new Set(said)].filter((text) => text.trim());
"""


def texts_of(page: Page) -> list[str]:
    """Returns all texts of the page except those at a place for names."""
    return list(page.script(_TEXTS, NAMES))


def links_of(page: Page) -> list[str]:
    """Returns where the page's links lead, as far as they stay in Clew."""
    links = page.script("return [...document.querySelectorAll('a[href]')].map(a => [a.getAttribute('href'), a.href])")
    own = [full for given, full in links if full.startswith(page.address) and not given.startswith("#") and given]
    return own
