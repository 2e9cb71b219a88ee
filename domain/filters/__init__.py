"""What a person types to filter a column by, in a grammar of our own; cases.json states it, line by line.

- A text column is filtered for what is typed, as text, whatever it holds: the rows whose cell contains it, in upper or
  lower case, by Unicode's full case folding and nothing beyond it (ß is ss; İ is no i; full width is no half width; one
  sign é is no e with an accent). Space around it does not count.
- An operator is one only where it is written as such. In a text column that is before a space: `= x` and `!= x` compare
  the whole cell, `> 3`, `>= 3`, `< 3` and `<= 3` the cells that are numbers. `a or b` is either. In quotes any of
  these is text: `"a or b"`, `"= x"`, `" x"`; all other quotes are text like any other sign.
- A numeric column takes numbers (`5`, `= 5`, `!= 5`, `> 5` …, thousands apart by commas), ranges (`3..5`), and `or`
  between them; two numbers are equal where only rounding in binary keeps them apart, and in a column of
  so many decimals a number with no more of them is all that is shown as it.
- A mixed column, of numbers with words in the place of some, takes all that a numeric one does. What is no number is
  sought in the cells that are none: `cosine` in them, `= cosine` and `!= cosine` compare the whole cell.
- A datetime column takes the beginning of a date as it is shown (`2026-11`, `2026-11-20 18:05`), and all of the above
  with such beginnings: `> 2026-11-20` is after that day.
- `= –` is what is missing, `!= –` what is not; nothing else finds a missing cell but `!=`.
- What fits none of this raises a `FilterMisunderstood`.
"""
