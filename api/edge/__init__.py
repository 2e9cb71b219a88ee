"""The edge of the whole Flask app, pages and API alike: guards, headers, caching, language, log.

What comes in here sees requests and no runs or models.
"""
