"""The texts of a page: visible ones, those of tooltips, and those for a screen reader."""

from collections.abc import Collection
from typing import Final

from tests.browser.page import Page
from tests.english import english_words

# Places of names: of runs, parameters, models, users, programs, hosts and files; and of what is meant to be typed.
NAMES: Final = ", ".join(
    [
        "code, pre, #live-log, table.parameters, #gpus-processes, .gpu-host-name, .gpu-group-name, .gpu-pointed, .tile-name, .gpu-card",
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


def english_texts(page: Page, names: Collection[str]) -> dict[str, set[str]]:
    """Returns the texts with English words other than `names`, and these words."""
    return {text: words for text in texts_of(page) if (words := english_words(text, names))}


def links_of(page: Page) -> list[str]:
    """Returns where the page's links lead, as far as they stay in Clew."""
    links = page.script("return [...document.querySelectorAll('a[href]')].map(a => [a.getAttribute('href'), a.href])")
    own = [full for given, full in links if full.startswith(page.address) and not given.startswith("#") and given]
    return own
