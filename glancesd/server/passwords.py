"""passwords: the credentials file and HTTP Basic. Hashing is imported only when a password is set: OpenSSL costs 4 MB.

    the clear password                                 or, made by --hash-password,
    pbkdf2_sha256$iterations$salt$hash                 salt and hash in hexadecimal
"""
from __future__ import annotations

import binascii
import os
import re
import stat
import threading
from typing import Callable, Optional

SCHEME = "pbkdf2_sha256"
ITERATIONS = 600000                # OWASP's figure for PBKDF2-HMAC-SHA256, where C code computes it
ITERATIONS_PURE = 20000            # where only Python's own HMAC loop is there: about the same time
ITERATIONS_MOST = 10000000
SALT_BYTES = 16
PASSWORD_BYTES = 1024
# Hash computations at once: a flood of wrong passwords may cost this many cores …
HASHES_AT_ONCE = 2
# … and hold this many connections, waiting for their turn so long; the rest is sent away.
WAITING_MOST = 8
WAIT_SECONDS = 5.0

# binascii alone leaves out what is no base64, and ends at the first padding.
_BASE64 = re.compile(rb"[0-9A-Za-z+/]+={0,2}")

Derive = Callable[[bytes, bytes, int], bytes]


class PasswordError(Exception):
    """The password file cannot be used; the text says which and why, in one line."""


class Busy(Exception):
    """Too many passwords are being looked at already."""


class Credentials:
    """One user name and password, against the Authorization header of a request.

    State: the keyed digest of user and password once they were good, so that only the first request costs a hash.
    """

    def __init__(self, username: str, secret: str) -> None:
        self._username = username.encode()
        self._iterations, self._salt, self._hash = _parse(secret) or _hash_of(secret)
        self._key = os.urandom(32)
        self._good: Optional[bytes] = None
        self._hashing = threading.Semaphore(HASHES_AT_ONCE)
        self._line = threading.Semaphore(HASHES_AT_ONCE + WAITING_MOST)

    def good(self, header: Optional[bytes]) -> bool:
        """Whether the header names this user and password. A wrong user takes the same time as a wrong password.

        Busy when that cannot be told just now.
        """
        if header is None:
            return False
        import hmac
        user, password = _basic(header)
        digest = _digest(self._key, b"%s:%s" % (user, password))
        if self._good is not None and hmac.compare_digest(self._good, digest):
            return True
        hashed = self._hash_in_turn(password)
        # Both comparisons are always made: which of them failed shall not be told by the time.
        if hmac.compare_digest(hashed, self._hash) & hmac.compare_digest(_digest(self._key, user),
                                                                         _digest(self._key, self._username)):
            self._good = digest
            return True
        return False

    def _hash_in_turn(self, password: bytes) -> bytes:
        if not self._line.acquire(blocking=False):
            raise Busy
        try:
            if not self._hashing.acquire(timeout=WAIT_SECONDS):
                raise Busy
            try:
                return pbkdf2()(password, self._salt, self._iterations)
            finally:
                self._hashing.release()
        finally:
            self._line.release()


def read(path: str, username: str) -> Credentials:
    """The credentials of a password file. PasswordError if it is missing, empty, malformed or readable by others."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(PASSWORD_BYTES + 1)
    except OSError as problem:
        raise PasswordError("%s: %s" % (path, problem.strerror)) from None
    if stat.S_ISREG(mode) and mode & 0o077:
        raise PasswordError("%s: others may read it (mode %o): chmod 600" % (path, stat.S_IMODE(mode)))
    try:
        secret = data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise PasswordError("%s: not UTF-8" % path) from None
    if not secret or len(data) > PASSWORD_BYTES or "\n" in secret:
        raise PasswordError("%s: one line with a password is needed, of at most %d bytes" % (path, PASSWORD_BYTES))
    try:
        return Credentials(username, secret)
    except ValueError as problem:
        raise PasswordError("%s: %s" % (path, problem)) from None


def hash_line(password: str) -> str:
    """The line that stands for a password in the file."""
    iterations, salt, hashed = _hash_of(password, full=True)
    return "%s$%d$%s$%s" % (SCHEME, iterations, salt.hex(), hashed.hex())


def pbkdf2() -> Derive:
    """PBKDF2-HMAC-SHA256 (RFC 8018) of one block: hashlib's, or its loop over HMAC where Python has no OpenSSL."""
    import hashlib
    if hasattr(hashlib, "pbkdf2_hmac"):
        return lambda password, salt, iterations: hashlib.pbkdf2_hmac("sha256", password, salt, iterations)
    return _pbkdf2_pure


def _pbkdf2_pure(password: bytes, salt: bytes, iterations: int) -> bytes:
    import hmac
    keyed = hmac.new(password, None, "sha256")

    def prf(message: bytes) -> bytes:
        mac = keyed.copy()
        mac.update(message)
        return mac.digest()

    block = prf(salt + b"\x00\x00\x00\x01")
    total = int.from_bytes(block, "big")
    for _ in range(iterations - 1):
        block = prf(block)
        total ^= int.from_bytes(block, "big")
    return total.to_bytes(len(block), "big")


def _has_c_code() -> bool:
    try:
        import _hashlib  # noqa: F401  # OpenSSL's binding; without it hashlib's own pbkdf2_hmac, if any, is a loop too
    except ImportError:
        return False
    return True


def _hash_of(password: str, full: bool = False) -> tuple[int, bytes, bytes]:
    """A clear password of the file is as safe as the file: it is hashed at little cost, only to be compared alike."""
    iterations = (ITERATIONS if _has_c_code() else ITERATIONS_PURE) if full else 1000
    salt = os.urandom(SALT_BYTES)
    return iterations, salt, pbkdf2()(password.encode(), salt, iterations)


def _parse(secret: str) -> Optional[tuple[int, bytes, bytes]]:
    """Iterations, salt and hash of a hashed line; None for a clear password; ValueError for a broken hashed line."""
    if not secret.startswith(SCHEME + "$"):
        return None
    try:
        _, iterations, salt, hashed = secret.split("$")
        parsed = int(iterations), bytes.fromhex(salt), bytes.fromhex(hashed)
    except ValueError:
        raise ValueError("not %s$iterations$salt$hash" % SCHEME) from None
    if not 1 <= parsed[0] <= ITERATIONS_MOST or not parsed[1] or len(parsed[2]) != 32:
        raise ValueError("not %s$iterations$salt$hash" % SCHEME)
    return parsed


def _basic(header: bytes) -> tuple[bytes, bytes]:
    """User and password of `Basic …`; empty ones when it is not that, which no file's password is."""
    scheme, _, encoded = header.partition(b" ")
    encoded = encoded.strip()
    if scheme.lower() != b"basic" or not _BASE64.fullmatch(encoded):
        return b"", b""
    try:
        user, _, password = binascii.a2b_base64(encoded).partition(b":")
    except (ValueError, binascii.Error):
        return b"", b""
    return user, password


def _digest(key: bytes, text: bytes) -> bytes:
    import hmac
    return hmac.new(key, text, "sha256").digest()
