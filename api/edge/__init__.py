"""The edge of the whole Flask app, pages and API: guards, headers, caching, language, log.

These modules handle requests, and know nothing of runs or models.
"""
