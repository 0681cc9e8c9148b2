"""text: the two formats of /metrics, and who gets which."""
from __future__ import annotations

import math
import unittest

from glancesd.metrics.text import (
    COUNTER,
    GAUGE,
    OPEN_METRICS,
    TEXT,
    UNTYPED,
    Heading,
    Kept,
    Page,
    family_name,
    negotiate,
)

OM = "application/openmetrics-text"
PROMETHEUS_2 = (OM + ";version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
PROMETHEUS_3 = (OM + ";version=1.0.0;escaping=allow-utf-8;q=0.6," + OM + ";version=0.0.1;q=0.5,"
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
PROTOBUF = ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
            "text/plain;version=0.0.4;q=0.3")


class Negotiation(unittest.TestCase):
    TABLE = (
        (None, TEXT), ("", TEXT), ("*/*", TEXT), ("text/*", TEXT), ("text/html", TEXT), ("application/json", TEXT),
        ("text/plain", TEXT), ("text/plain;version=0.0.4", TEXT), (PROTOBUF, TEXT),
        (PROMETHEUS_2, OPEN_METRICS), (PROMETHEUS_3, OPEN_METRICS),
        (OM, OPEN_METRICS), (OM + ";version=0.0.1", OPEN_METRICS), (OM + '; version="1.0.0"', OPEN_METRICS),
        ("Application/OpenMetrics-Text; Version=1.0.0; Q=0.5", OPEN_METRICS), (OM + ";version=2.0.0", TEXT),
        (OM + ";version=9.9.9,text/plain;q=0.5", TEXT), (OM + ";q=0", TEXT), (OM + ";q=0.000,text/plain;q=0", TEXT),
        (OM + ";q=0.1,text/plain;q=0.9", TEXT), (OM + ";q=0.9,text/plain;q=0.1", OPEN_METRICS),
        (OM + ";q=0.1,text/plain;version=0.0.4;q=0.9", TEXT), (OM + ";q=0.1,text/plain;version=1.0.0", OPEN_METRICS),
        (OM + ",text/plain", OPEN_METRICS), ("text/plain," + OM, TEXT), ("*/*," + OM, OPEN_METRICS),
        (OM + ";q=2", TEXT), (OM + ";q=-1", TEXT), (OM + ";q=nan", TEXT), (OM + ";q=x", TEXT), (OM + ";q=", TEXT),
        (", ;q=x,,", TEXT), (";;;", TEXT), (OM + ";", OPEN_METRICS), ("\u00e9" + OM, TEXT),
        (OM + "," * 8000, OPEN_METRICS),
    )

    def test_table(self) -> None:
        for accept, expected in self.TABLE:
            with self.subTest(accept and accept[:200]):
                self.assertEqual(negotiate(accept), expected)


class Lines(unittest.TestCase):
    def page(self, form: object = TEXT) -> Page:
        return Page(Kept(OPEN_METRICS if form is OPEN_METRICS else TEXT))

    def test_both_formats(self) -> None:
        for form, expected in (
                (TEXT, '# TYPE a_total counter\n# HELP a_total Of a \\\\ b\\n"c".\na_total{d="x"} 3\n'
                 "# TYPE u untyped\n# HELP u U.\nu 0.5\n"),
                (OPEN_METRICS, '# TYPE a counter\n# HELP a Of a \\\\ b\\n\\"c\\".\na_total{d="x"} 3\n'
                 "# TYPE u unknown\n# HELP u U.\nu 0.5\n# EOF\n")):
            page = self.page(form)
            page.family(Heading("a_total", COUNTER, 'Of a \\ b\n"c".', ("d",)), [(("x",), 3), (("y",), None)])
            page.family(Heading("u", UNTYPED, "U."), [((), 0.5)])
            page.family(Heading("v", GAUGE, "V."), [((), None)])
            page.family(Heading("w", GAUGE, "W.", ("d",)), [])
            self.assertEqual(page.body().decode(), expected)

    def test_numbers(self) -> None:
        for number, expected in ((0, "0"), (-1, "-1"), (1 << 64, "18446744073709551616"), (0.1, "0.1"), (1e22, "1e+22"),
                                 (123456789.125, "123456789.125"), (1e-7, "1e-07"), (math.inf, "+Inf"),
                                 (-math.inf, "-Inf"), (math.nan, "NaN"), (3.0, "3.0")):
            with self.subTest(number):
                page = self.page()
                page.family(Heading("a", GAUGE, "A."), [((), number)])
                self.assertTrue(page.body().decode().endswith("\na %s\n" % expected), page.body())

    def test_labels(self) -> None:
        heading = Heading("a", GAUGE, "A.", ("x", "y"))
        for value, expected in (('"', '\\"'), ("\\", "\\\\"), ("\n", "\\n"), ("\r\t\x01", "\r\t\x01"), ("", ""),
                                ("donn\u00e9es", "donn\u00e9es"), ("\udcff\udce9", "\ufffd\ufffd"),
                                ("\\n", "\\\\n"), ("}", "}"), ("\u2028", "\u2028")):
            with self.subTest(value):
                page = self.page()
                page.family(heading, [((value, "z"), 1)])
                self.assertEqual(page.body().decode().split("\n", 2)[2], 'a{x="%s",y="z"} 1\n' % expected)

    def test_labels_that_read_the_same(self) -> None:
        page = self.page()
        page.family(Heading("a", GAUGE, "A.", ("x",)), [(("\udcff",), 1), (("\udcfe",), 2), (("\ufffd",), 3)])
        self.assertEqual(page.body().decode().count("\na{"), 1)
        self.assertIn('a{x="\ufffd"} 1', page.body().decode())

    def test_no_family_twice(self) -> None:
        page = self.page()
        page.family(Heading("a_total", COUNTER, "A."), [((), 1)])
        page.family(Heading("a_total", COUNTER, "A."), [((), 2)])
        page.family(Heading("a", GAUGE, "A."), [((), 3)])
        self.assertFalse(page.foreign("a", GAUGE, "A.", ["a 4\n"]))
        self.assertTrue(page.foreign("b", GAUGE, "B.", ["b 5\n"]))
        self.assertEqual(page.body().decode(), "# TYPE a_total counter\n# HELP a_total A.\na_total 1\n"
                                               "# TYPE b gauge\n# HELP b B.\nb 5\n")

    def test_back(self) -> None:
        page = self.page()
        page.family(Heading("a", GAUGE, "A."), [((), 1)])
        mark = page.mark()
        page.family(Heading("b", GAUGE, "B."), [((), 2)])
        page.back(mark)
        page.family(Heading("b", GAUGE, "B."), [((), 3)])
        self.assertEqual(page.body().decode().count("b 3"), 1)
        self.assertNotIn("b 2", page.body().decode())

    def test_what_is_kept_is_bounded(self) -> None:
        kept = Kept(TEXT)
        heading = Heading("a", GAUGE, "A.", ("x",))
        for first in range(0, 1000, 10):
            Page(kept).family(heading, [((str(number),), number) for number in range(first, first + 10)])
            self.assertLessEqual(len(kept.families["a"].beginnings or ()), 20)
        page = Page(kept)
        page.family(heading, [(("999",), 7)])
        self.assertIn('a{x="999"} 7', page.body().decode())

    def test_names_of_families(self) -> None:
        for name, kind, expected in (("a_total", COUNTER, "a"), ("a_total", GAUGE, "a_total"), ("a", COUNTER, "a"),
                                     ("a_total_b", COUNTER, "a_total_b")):
            with self.subTest(name, kind=kind):
                self.assertEqual(family_name(name, kind), expected)

    def test_a_counter_that_is_not_named_so(self) -> None:
        page = self.page(OPEN_METRICS)
        page.foreign("jobs", COUNTER, "Jobs.", ["jobs 1\n"])
        self.assertEqual(page.body().decode(), "# TYPE jobs unknown\n# HELP jobs Jobs.\njobs 1\n# EOF\n")


if __name__ == "__main__":
    unittest.main()
