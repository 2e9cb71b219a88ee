"""The one HTTP client of every process of ours: deadlines, a circuit breaker, errors by type.

What comes in here knows HTTP and no service: no MLflow, no model, no page.
"""
