"""The data of charts: axes, smoothing, curves on a grid, bands over seeds.

Pure: arrays in, arrays out; `components.charts` draws them.
"""
