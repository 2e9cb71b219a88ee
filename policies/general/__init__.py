"""Policies for any environment: asked and read by their signature, in processes of their own."""
