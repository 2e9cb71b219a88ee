"""Long-lived WebSockets: access, limits, closing, and their server."""
