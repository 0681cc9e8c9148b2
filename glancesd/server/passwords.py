"""passwords: the credentials file and HTTP Basic. Hashing is imported only when a password is set: OpenSSL costs 4 MB.

    the clear password                                 or, made by --hash-password,
    pbkdf2_sha256$iterations$salt$hash                 salt and hash in hexadecimal
"""
from __future__ import annotations

import binascii
import os
import stat
import threading

from ..lazy import pattern
from ..settings import SettingsError
from ..typed import Callable, Optional
from .hashing import Queue

SCHEME = "pbkdf2_sha256"
ITERATIONS = 600000                # OWASP's figure for PBKDF2-HMAC-SHA256, where C code computes it
ITERATIONS_PURE = 20000            # where only Python's own HMAC loop is there: about the same time
ITERATIONS_MOST = 10000000
SALT_BYTES = 16
PASSWORD_BYTES = 1024
# Credentials that were wrong and come again: a client that was set up with the wrong one polls for ever.
FAILURES_REMEMBERED = 64

# Hashes of other programs, which glancesd cannot check: glances' own file (salt$SHA-256 or PBKDF2), crypt(3), htpasswd,
# slapd, Werkzeug.
_FOREIGN_HASH = pattern(r"[0-9a-f]{32}\$[0-9a-f]{64,}|([^:$]+:)?(\$[0-9a-z-]{1,16}\$\S{20,}|\{[A-Z][A-Z0-9-]+\}\S{13,})"
                        r"|(pbkdf2|scrypt):[0-9a-z:]+\$[^$\s]+\$[0-9a-f]{20,}")
# a2b_base64 skips invalid characters and stops at the first padding, so the alphabet is checked first.
_BASE64 = pattern(rb"[0-9A-Za-z+/]+={0,2}")

Derive = Callable[[bytes, bytes, int], bytes]


class Credentials:
    """One user name and password, against the Authorization header of a request.

    State: keyed digests of the credential that was good, and of the latest FAILURES_REMEMBERED that were not, so that
    only the first request with one costs a hash.
    """

    def __init__(self, username: str, secret: str) -> None:
        self._username = username.encode()
        self._key = os.urandom(32)
        self._source = _digest(self._key, b"%s:%s" % (self._username, secret.encode()))
        self._iterations, self._salt, self._hash = _parse(secret) or _hash_of(secret)
        self._good: Optional[bytes] = None
        self._failures: dict[bytes, None] = {}       # the latest asked for at the end
        self._lock = threading.Lock()
        self._queue = Queue()

    def good(self, header: Optional[bytes], address: str = "") -> bool:
        """Whether the header names this user and password. A wrong user takes the same time as a wrong password.

        `address`: the caller's, "" for a Unix socket. hashing.Busy when it cannot be told just now.
        """
        if header is None:
            return False
        user, password = _basic(header)
        digest = _digest(self._key, b"%s:%s" % (user, password))
        verdict = self._known(digest)
        if verdict is None:
            verdict = self._queue.verdict(address, digest, lambda: self._known(digest),
                                          lambda: self._verify(user, password, digest))
        return verdict

    def is_made_of(self, username: str, secret: str) -> bool:
        """Whether a password file still says what these were made of."""
        return _same(self._source, _digest(self._key, b"%s:%s" % (username.encode(), secret.encode())))

    def _known(self, digest: bytes) -> Optional[bool]:
        """What was found out of this credential before; None: nothing."""
        if self._good is not None and _same(self._good, digest):
            return True
        if digest not in self._failures:
            return None
        self._remember_failure(digest)
        return False

    def _verify(self, user: bytes, password: bytes, digest: bytes) -> bool:
        hashed = pbkdf2()(password, self._salt, self._iterations)
        # Both comparisons are always made: which of them failed shall not be told by the time.
        good = _same(hashed, self._hash) & _same(_digest(self._key, user), _digest(self._key, self._username))
        if good:
            self._good = digest
        else:
            self._remember_failure(digest)
        return good

    def _remember_failure(self, digest: bytes) -> None:
        with self._lock:
            self._failures.pop(digest, None)
            self._failures[digest] = None
            if len(self._failures) > FAILURES_REMEMBERED:
                del self._failures[next(iter(self._failures))]


def read(path: str, username: str, earlier: Optional[Credentials] = None,
         credentials_directory: str = "") -> Credentials:
    """The credentials of a password file: `earlier`, with all it knows, where the file still says the same.

    SettingsError if the file is missing, empty, malformed or readable by others. Who may read what lies in systemd's
    $CREDENTIALS_DIRECTORY is systemd's to say: from 254 on such a file is root's, mode 0440, with an ACL for the unit's
    user.
    """
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(PASSWORD_BYTES + 1)
    except OSError as problem:
        raise SettingsError("%s: %s" % (path, problem.strerror)) from None
    if stat.S_ISREG(mode) and mode & 0o077 and not _is_below(path, credentials_directory):
        raise SettingsError("%s: others may read it (mode %o): chmod 600" % (path, stat.S_IMODE(mode)))
    try:
        secret = data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsError("%s: not UTF-8" % path) from None
    if not secret or len(data) > PASSWORD_BYTES or "\n" in secret:
        raise SettingsError("%s: one line with a password is needed, of at most %d bytes" % (path, PASSWORD_BYTES))
    if _FOREIGN_HASH.fullmatch(secret):
        raise SettingsError("%s: the hash of another program, which glancesd cannot check: write the password itself, "
                            "or a line of glancesd --hash-password" % path)
    if earlier is not None and earlier.is_made_of(username, secret):
        return earlier
    try:
        return Credentials(username, secret)
    except ValueError as problem:
        raise SettingsError("%s: %s" % (path, problem)) from None


def _is_below(path: str, directory: str) -> bool:
    return bool(directory) and os.path.realpath(path).startswith(os.path.realpath(directory) + os.sep)


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
    """Iterations, salt and hash of a password.

    A clear password is as safe as its file, so a cheap hash will do; it is hashed only so that one code path compares
    both kinds. `full`: for a line of the file.
    """
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
    """User and password of `Basic …`, in UTF-8; empty ones when it is not that, which no file's password is."""
    scheme, _, encoded = header.partition(b" ")
    encoded = encoded.strip()
    if scheme.lower() != b"basic" or not _BASE64.fullmatch(encoded):
        return b"", b""
    try:
        user, _, password = binascii.a2b_base64(encoded).partition(b":")
    except ValueError:
        return b"", b""
    return _utf8(user), _utf8(password)


def _utf8(text: bytes) -> bytes:
    """UTF-8 as it is. What is none is taken for Latin-1, which requests and aiohttp send (RFC 7617 allows both)."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text


def _digest(key: bytes, text: bytes) -> bytes:
    import hmac
    return hmac.new(key, text, "sha256").digest()


def _same(one: bytes, other: bytes) -> bool:
    """In a time that does not tell where they differ."""
    import hmac
    return hmac.compare_digest(one, other)
