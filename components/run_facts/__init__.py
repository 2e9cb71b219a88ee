"""Facts of runs besides metrics, and what differs between runs: tables of plain HTML elements."""
