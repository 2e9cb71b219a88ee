"""Lists of runs: filtered, sorted, paged, with chosen columns."""
