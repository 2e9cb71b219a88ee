"""The files of runs: folders, parts of files, and previews; untrusted content is parsed in a separate process."""
