"""bare: the two servers that say what Python can do at most. A child program: bare.py http|loop PORT BODY_BYTES

    http    ThreadingHTTPServer, HTTP/1.1, one buffered write of a constant: what the standard library gives to anyone
    loop    a thread for each connection that receives and sends, and reads nothing of what it received: the ceiling
"""
from __future__ import annotations

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def http(port: int, body: bytes) -> None:
    class Constant(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = len(body) + 1024         # a head written on its own would wait for the client's delayed ACK

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Constant).serve_forever()


def loop(port: int, body: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(65536):
                    connection.sendall(answer)
            except OSError:
                pass

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    {"http": http, "loop": loop}[sys.argv[1]](int(sys.argv[2]), b'"%s"' % (b"x" * (int(sys.argv[3]) - 2)))
