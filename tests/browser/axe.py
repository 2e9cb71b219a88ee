"""Runs axe-core in the page that a browser shows, and returns what it finds there."""

from importlib.resources import files
from typing import Any, Literal

from tests.browser.page import Page

# The package carries axe-core; its Playwright is neither installed nor used (Makefile, `lock`).
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
GRAVE = ("serious", "critical")
# Excluded from the check: selector, and why. None of it is the libraries' markup: all that could be corrected from
# outside.
EXCLUDED = {"tr:nth-child(n + 8)": "the rows of a table are alike, and looking at each takes seconds"}
RUN = """
const [part, colours, tags, excluded, done] = arguments;
const runOnly = colours === 'only' ? {type: 'rule', values: ['color-contrast']} : {type: 'tag', values: tags};
const rules = colours === 'none' ? {'color-contrast': {enabled: false}} : {};
axe.run({include: [[part]], exclude: excluded.map((one) => [one])}, {runOnly, rules, resultTypes: ['violations']})
  .then((found) => done(found.violations), (error) => done(String(error)));
"""


def grave_violations(
    page: Page, where: str, *, part: str = "html", colours: Literal["too", "only", "none"] = "too"
) -> list[str]:
    """Returns the serious and critical violations in a part of the shown page, one line each: `where`, rule, summary,
    first elements.

    `colours` selects the rule of contrast, which is by far the slowest and the only one that depends on the scheme.
    """
    if not page.script("return Boolean(window.axe)"):
        page.script(AXE)  # through WebDriver, which is not subject to the page's Content-Security-Policy
    found = page.driver.execute_async_script(RUN, part, colours, list(TAGS), list(EXCLUDED))
    assert isinstance(found, list), found
    return [f"{where}: {_description(one)}" for one in found if one["impact"] in GRAVE]


def _description(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    places = "".join(f"\n    {node['target']}: {node['failureSummary']}" for node in nodes[:3])
    return f"{violation['impact']} {violation['id']}: {violation['help']}; {len(nodes)} places{places}"
