"""Charts: curves as Plotly figures, their layout, their controls, their summary in words.

What comes in here draws lines, whatever was measured.
"""
