"""Lists of runs: filtered, sorted, by pages, with chosen columns."""
