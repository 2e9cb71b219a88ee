"""Metric histories as columns: fetched once over REST or by SQL, and cached in files."""
