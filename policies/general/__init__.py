"""Policies for any environment: run by their signature, in processes of their own."""
