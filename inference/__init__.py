"""The inference engine: a process of its own, `python -m inference`.

It runs ONNX policies in environments for viewers.
"""
