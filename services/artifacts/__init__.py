"""The files of runs: folders, parts of files, and what is shown of each; what could harm is read in a process apart."""
