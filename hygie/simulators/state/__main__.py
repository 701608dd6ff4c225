"""`python -m hygie.simulators.state STATE.json --port N`: one process, threads, everything in memory."""

import argparse
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from hygie.simulators.state import configuration


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Addresses hold codes: they are not written."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="hygie.simulators.state", description=__doc__)
    parser.add_argument("state", type=Path, help="what config.demo wrote: clients, identities, the operators' token")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    application = configuration.make_application(options.state)
    with make_server(options.host, options.port, application, _Server, _Quiet) as server:
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
