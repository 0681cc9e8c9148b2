"""tls: TLS for accepted connections. Imported only where a certificate is set, because ssl costs 4 MB."""
from __future__ import annotations

import socket

from .settings import SettingsError
from .typed import Callable, Optional

Wrap = Callable[[socket.socket], socket.socket]


def wrapper(certificate: str, key: Optional[str]) -> Wrap:
    """The wrapper of accepted sockets; SettingsError if the certificate or its key cannot be used."""
    try:
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # A client must not make the server compute handshakes over and over on one connection.
        context.options |= getattr(ssl, "OP_NO_RENEGOTIATION", 0)
        # A key with a passphrase is refused, instead of asking the terminal for it.
        context.load_cert_chain(certificate, key, password="")
    except (ImportError, OSError, ValueError) as problem:
        raise SettingsError("TLS: %s: %s" % (certificate, problem)) from None
    return lambda client: context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
