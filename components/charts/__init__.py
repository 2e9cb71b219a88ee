"""Charts: curves as Plotly figures, their layout, their controls, their summary in words.

These modules draw lines, no matter what was measured.
"""
