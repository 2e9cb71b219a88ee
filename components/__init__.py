"""Domain value to Dash component or Plotly figure. Pure: no service, no network, no file."""
