"""The words of a chart: its subtitle, the marks at the ends of its lines, its summary for screen readers."""
