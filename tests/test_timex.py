"""timex: adjtimex(2) of this machine."""
from __future__ import annotations

import struct
import sys
import unittest
from typing import Any
from unittest import mock

from glancesd.collectors import timex
from glancesd.roots import NoData, Roots

try:
    import ctypes
except ImportError:
    ctypes = None                              # type: ignore[assignment]

# struct timex of <linux/timex.h> where long has 64 bits, in the notation of the struct module, padding written out.
_OF_64_BITS = "=i4x qqqq i4x qqq qq qqq i4x qqqqq i 44x"


class Sample(unittest.TestCase):
    def test_another_machine(self) -> None:
        with self.assertRaises(NoData):
            timex.Sampler()(Roots("/nowhere"))

    def test_without_ctypes(self) -> None:
        sampler = timex.Sampler()
        with mock.patch.dict(sys.modules, {"ctypes": None}), self.assertRaises(NoData):
            sampler(Roots())
        with self.assertRaises(NoData):                     # it is not looked for again
            sampler(Roots())

    @unittest.skipUnless(ctypes, "this Python has no ctypes")
    def test_without_the_function(self) -> None:
        for problem in (OSError("no such library"), AttributeError("adjtimex"), MemoryError()):
            with self.subTest(problem), mock.patch.object(ctypes, "CDLL", side_effect=problem), \
                    self.assertRaises(NoData):
                timex.Sampler()(Roots())

    @unittest.skipUnless(ctypes, "this Python has no ctypes")
    def test_in_step(self) -> None:
        for result, in_step in ((0, True), (1, True), (5, False)):
            with self.subTest(result), mock.patch.object(ctypes, "CDLL") as library:
                library.return_value.adjtimex.return_value = result
                self.assertIs(timex.Sampler()(Roots()).synchronised, in_step)

    @unittest.skipUnless(ctypes, "this Python has no ctypes")
    def test_refused(self) -> None:
        with mock.patch.object(ctypes, "CDLL") as library:
            library.return_value.adjtimex.return_value = -1
            with self.assertRaises(NoData):
                timex.Sampler()(Roots())

    @unittest.skipUnless(ctypes and struct.calcsize("l") == 8, "no ctypes, or a long of 32 bits")
    def test_every_member_is_where_the_kernel_writes_it(self) -> None:
        kernel = struct.pack(_OF_64_BITS, 0, 101, -102, 103, 104, 0x2001, 105, 1, 2, 3, 4, 9990, 106, 107, 5, 108, 109,
                             110, 111, 112, 37)

        def adjtimex(timex: Any) -> int:
            ctypes.memmove(timex, kernel, len(kernel))
            return 5

        with mock.patch.object(ctypes, "CDLL") as library:
            library.return_value.adjtimex = adjtimex
            clock = timex.Sampler()(Roots())
        self.assertEqual(clock, (False, 0x2001, 101, -102, 103, 104, 105, 9990, 37, 106, 107, 5, 108, 109, 110, 111,
                                 112))
        self.assertEqual(clock.fraction, 10**9)
        self.assertEqual(clock._replace(status=0).fraction, 10**6)


if __name__ == "__main__":
    unittest.main()
