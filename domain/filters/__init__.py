"""The grammar of column filters that a user types; cases.json defines it, line by line.

- A text column is filtered for the typed text: the rows whose cell contains it, ignoring case by Unicode's full case
  folding: `ß` equals `ss`, and `Σ` `σ` `ς` are equal. Other characters differ: `İ` and `ı` from `i`, full width from
  half width, and a precomposed `é` from `e` with a combining accent. Outer spaces are ignored.
- An operator in a text column needs a space after it: `= x` and `!= x` compare the whole cell, `> 3`, `>= 3`, `< 3` and
  `<= 3` select cells that are numbers. `a or b` is either. In quotes all of these are text: `"a or b"`, `"= x"`,
  `" x"`; other quotes are text like any other character.
- A numeric column takes numbers (`5`, `= 5`, `!= 5`, `> 5` …, with commas for thousands), ranges (`3..5`), and `or`
  between them; two numbers are equal if they differ only by binary rounding. In a column with a number of decimals, a
  number with no more decimals equals every value that is shown as it.
- A mixed column, of numbers and words, takes everything a numeric one does. Other text is searched for in the cells
  that are not numbers: `cosine` within them, `= cosine` and `!= cosine` compare the whole cell.
- A datetime column takes the beginning of a date as it is shown (`2026-11`, `2026-11-20 18:05`), and all of the above
  with such beginnings: `> 2026-11-20` is after that day.
- `= –` selects missing cells, `!= –` all others; apart from that only `!=` finds a missing cell.
- Any other text raises a `FilterMisunderstood`.
"""
