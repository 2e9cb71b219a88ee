"""The vendors' drivers behind one protocol: one guarded call at a time, every failure named.

And the users of the GPUs.
"""
