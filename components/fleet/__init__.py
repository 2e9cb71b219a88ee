"""The history of the GPUs as the reader sees it: a chart, a table of who had how much, and what is missing of both."""
