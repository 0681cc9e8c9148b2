"""connections: TCP sockets by state, of tables that come in pieces and may be too long to be read whole."""
from __future__ import annotations

import unittest
from typing import Iterator

from glancesd.collectors import connections
from glancesd.collectors.connections import STATES
from glancesd.parsing import ParseError
from glancesd.roots import NoData
from tests.fake_host import Tree

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(number: int, state: str, address: str = "0100007F") -> str:
    return ("%4d: %s:1F90 %s:C350 %s 00000000:00000000 00:00000000 00000000     0        0 18402 1 ffff888 100 0\n"
            % (number, address, address, state))


def table(*states: str, address: str = "0100007F") -> str:
    return HEADING + "".join(row(number, state, address) for number, state in enumerate(states))


class Rows(unittest.TestCase):
    TABLE: tuple[tuple[str, str, dict[str, int]], ...] = (
        ("empty", "", {}),
        ("the heading alone", HEADING, {}),
        ("every state", table(*("%02X" % number for number in range(1, 13))), dict.fromkeys(STATES, 1)),
        ("IPv6", table("0A", "01", "01", address="0" * 32), {"LISTEN": 1, "ESTABLISHED": 2}),
        ("a state of a kernel to come", table("0D"), {"0D": 1}),
        ("a row that is none", table("0A") + "   1: nonsense\n" + row(2, "06"), {"LISTEN": 1, "TIME_WAIT": 1}),
        ("more than ten thousand rows", row(123456, "0A"), {"LISTEN": 1}),
    )

    def test_table(self) -> None:
        for name, text, expected in self.TABLE:
            with self.subTest(name):
                self.assertEqual(dict(connections.parse_rows(text)), expected)


class Pieces(unittest.TestCase):
    def test_the_pieces_are_added_up(self) -> None:
        lines = table("0A", "01", "06", "01").splitlines(keepends=True)
        for size in range(1, 6):
            with self.subTest(size):
                pieces = ("".join(lines[at:at + size]) for at in range(0, len(lines), size))
                self.assertEqual(connections.count(pieces, lambda: False),
                                 ({"LISTEN": 1, "ESTABLISHED": 2, "TIME_WAIT": 1}, True))

    def test_no_more_is_read_when_the_time_is_over(self) -> None:
        read = []

        def pieces() -> Iterator[str]:
            for number in range(100):
                read.append(number)
                yield row(number, "01")

        states, whole = connections.count(pieces(), lambda: len(read) >= 3)
        self.assertEqual((states, whole, len(read)), ({"ESTABLISHED": 3}, False, 3))

    def test_a_table_without_one_good_row(self) -> None:
        with self.assertRaisesRegex(ParseError, "net/tcp:2: no sockets"):
            connections.count(["heading\nnonsense\n"], lambda: False)


class Sample(Tree):
    def test_both_tables(self) -> None:
        found = connections.sample(self.host({"proc/net/tcp": table("0A", "01"), "proc/net/tcp6": table("0A")}))
        self.assertEqual((found.states["LISTEN"], found.states["ESTABLISHED"], found.states["CLOSE"], found.estimated),
                         (2, 1, 0, False))

    def test_of_another_host_the_tables_of_its_first_process(self) -> None:
        found = connections.sample(self.host({"proc/net/tcp": table("01"), "proc/1/net/tcp": table("0A", "0A")}))
        self.assertEqual((found.states["LISTEN"], found.states["ESTABLISHED"]), (2, 0))

    def test_without_ipv6(self) -> None:
        self.assertEqual(connections.sample(self.host({"proc/net/tcp": table("0A")})).states["LISTEN"], 1)

    def test_none(self) -> None:
        with self.assertRaises(NoData):
            connections.sample(self.host({}))

    def test_what_was_not_read_is_estimated_by_sockstat(self) -> None:
        """Of 3 read that do not listen, 30 there are: ten times as many of each state."""
        roots = self.host({"proc/net/tcp": table("0A", "01", "01", "06"),
                           "proc/net/sockstat": "TCP: inuse 21 orphan 0 tw 10 alloc 40 mem 1\n"})
        at = iter((0.0, 1.0, 1.0, 1.0))
        found = connections.sample(roots, lambda: next(at))
        self.assertEqual((found.states["LISTEN"], found.states["ESTABLISHED"], found.states["TIME_WAIT"]), (1, 20, 10))
        self.assertTrue(found.estimated)

    def test_without_sockstat_the_part_is_what_is_known(self) -> None:
        for name, more in (("missing", {}), ("malformed", {"proc/net/sockstat": "TCP: inuse many\n"})):
            with self.subTest(name):
                at = iter((0.0, 1.0, 1.0, 1.0))
                found = connections.sample(self.host({"proc/net/tcp": table("0A", "01"), **more}), at.__next__)
                self.assertEqual((found.states["ESTABLISHED"], found.estimated), (1, True))


if __name__ == "__main__":
    unittest.main()
