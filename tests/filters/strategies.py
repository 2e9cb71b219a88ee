"""Strategies for hostile input: quotes, braces, words of DataTable's grammar, space and letters of all kinds."""

import re

from hypothesis import strategies as st

WORDS = (
    *("ne", "and", "or", "contains", "icontains", "eq", "ge", "datestartswith", "is nil", "{name}", "&&", "..", " or "),
    *("= ", "!= ", "> ", "<=", "ppo", "v2", "1.0", "3e-4", "5", "0x1", "2026-11", "it's"),
)
SIGNS = "\"'`{}()[]\\%_*?.^$|&=!<>~#;:,/+-–− \u3000\xa0\u0301\u200d😀éßẞİıſΣσςＰＫKÅ漢ｶ\x00\x1f\x85\ufeff"
LETTERS = st.characters(exclude_categories=("Cs", "Cn"))
HOSTILE = st.lists(
    st.sampled_from(WORDS) | st.sampled_from(SIGNS) | LETTERS | st.text("aAbB01 ", max_size=4), max_size=6
).map("".join)

_SPACE = "[\t\n\v\f\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_OPERATOR = re.compile(rf'^{_SPACE}|{_SPACE}$|^(!?=|[<>]=?){_SPACE}|{_SPACE}or{_SPACE}|^".*"$', re.DOTALL)


def holds_no_operator(typed: str) -> bool:
    """Returns whether it is plain text: no space around it, no operator before a space, no `or`, not all in quotes."""
    return _OPERATOR.search(typed) is None
