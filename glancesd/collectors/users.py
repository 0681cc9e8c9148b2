"""users: names of user ids, from /etc/passwd of the host, else, on this very machine, from its name service.

    root:x:0:0:root:/root:/bin/sh          name, password, user id, group id, comment, home, shell
    +::::::                                no entry: a mark of NIS
"""
from __future__ import annotations

import os
import pwd

from ..parsing import decode, optional_number
from ..patience import Patience
from ..roots import SHORTAGE, NoData, Roots
from ..typed import Callable, Optional

FILE = "etc/passwd"
# Names that are kept (1.5 MB): some machines have the users of a whole company in the file. The rest is searched for.
MOST_NAMES = 8192
# The file is read again after this, and ids without a name are asked for again.
REFRESH_SECONDS = 60
# What the name service may take of that for all ids: hundreds of users of a directory that takes 30 ms for each would
# hold up the process list. Those it was not asked for show their older names, or their numbers. A name that is known
# is asked for again in one refresh of so many.
SERVICE_SECONDS = 1.0
_REFRESHES = 16

_COLUMNS = 3


def parse(text: str) -> dict[int, str]:
    """User names by id, the first of each as getpwuid(3). Lines that are no entry (comments, NIS) are passed over."""
    names: dict[int, str] = {}
    for row in text.split("\n"):
        columns = row.split(":")
        if len(columns) >= _COLUMNS and columns[2].isdecimal() and not row.startswith((":", "#")):
            uid = optional_number(columns[2])
            if uid is not None:
                names.setdefault(uid, columns[0])
    return names


class Users:
    """Names of user ids.

    State: MOST_NAMES or so of the file, and those of the ids asked for since it was read and in the refresh before.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._names: dict[int, str] = {}
        self._has_more = False             # the file has more than was kept
        self._until = 0.0
        self._patience = Patience()
        self._ask_service = True
        self._service_left = 0.0           # seconds
        self._refreshes = 0
        self._told: dict[int, str] = {}    # by the service
        self._told_before: dict[int, str] = {}

    def name(self, roots: Roots, uid: int) -> str:
        """The user's name, or the number as text. OSError when descriptors or memory are short: ask again later."""
        if self._clock() >= self._until:
            self._names, self._has_more = self._read(roots)
            self._until = self._clock() + REFRESH_SECONDS
            self._ask_service, self._service_left = roots.live and roots.own_root, SERVICE_SECONDS
            self._refreshes += 1
            self._told_before, self._told = self._told, {}
        if uid not in self._names:
            known = self._search(roots, uid) if self._has_more else None
            self._names[uid] = known or self._of_service(uid) or str(uid)
        return self._names[uid]

    def _read(self, roots: Roots) -> tuple[dict[int, str], bool]:
        """The first MOST_NAMES or so of the file, and whether it has more."""
        names: dict[int, str] = {}
        try:
            for piece in roots.root_pieces(FILE):
                names = {**parse(piece), **names}
                if len(names) >= MOST_NAMES:
                    return names, True
        except NoData:
            pass
        except OSError as problem:
            if problem.errno in SHORTAGE:
                raise
            return self._names, self._has_more     # refused for now: what it said before is better than numbers
        return names, False

    @staticmethod
    def _search(roots: Roots, uid: int) -> Optional[str]:
        """The name of an id that stands behind those that are kept: 10 ms for 300,000 users."""
        mark = ":%d:" % uid
        try:
            for piece in roots.root_pieces(FILE):
                at = piece.find(mark)
                while at >= 0:
                    name = parse(piece[piece.rfind("\n", 0, at) + 1:at + len(mark)]).get(uid)
                    if name is not None:
                        return name
                    at = piece.find(mark, at + 1)
        except NoData:
            pass
        except OSError as problem:
            if problem.errno in SHORTAGE:
                raise
        return None

    def _of_service(self, uid: int) -> Optional[str]:
        name = self._told_before.get(uid)
        if self._ask_service and (name is None or (uid + self._refreshes) % _REFRESHES == 0):
            name = self._ask(uid, name)
        if name is not None:
            self._told[uid] = name
        return name

    def _ask(self, uid: int, before: Optional[str]) -> Optional[str]:
        began = self._clock()
        answer = self._patience.run({str(uid): lambda: pwd.getpwuid(uid).pw_name})[str(uid)]
        self._service_left -= self._clock() - began
        if answer.late or self._service_left <= 0:     # one whose server is down takes minutes for each: ask no more
            self._ask_service = False
        if answer.late:
            return before
        return None if answer.value is None else decode(os.fsencode(answer.value))
