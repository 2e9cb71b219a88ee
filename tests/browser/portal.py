"""Another site's page, which shows Clew in a frame."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Portal:
    """Serves a page under one name that shows an address of another in a frame."""

    def __init__(self) -> None:
        portal = self
        self.shows = ""
        self.more = ""
        self.policy = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (
                    f"<!doctype html><title>Portal</title><iframe src='{portal.shows}' {portal.more}"
                    " width=1200 height=900></iframe>"
                )
                self.send_response(200)
                if portal.policy:
                    self.send_header("Referrer-Policy", portal.policy)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Logs nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
