"""What a chart shows: axes, smoothing, curves on a grid, bands over seeds.

Pure: arrays in, arrays out; how it is drawn is said in `components.charts`.
"""
