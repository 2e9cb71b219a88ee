"""The history of the GPUs on screen: a chart, a table of usage, and what is missing from both."""
