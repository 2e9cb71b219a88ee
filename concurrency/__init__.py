"""Threads of one process: work shared by concurrent callers, and work in the background.

These modules know nothing of files, services or pages, so every process can use them.
"""
