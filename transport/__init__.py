"""The HTTP client of all of Clew's processes: deadlines, a circuit breaker, typed errors.

These modules know HTTP, but no service: no MLflow, no model, no page.
"""
