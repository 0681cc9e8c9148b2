"""dashboard: what of the page at `/` can be checked without a browser; `.ci/run browser` does the rest."""
from __future__ import annotations

import base64
import gzip
import os
import re
import tempfile
import unittest
from html.parser import HTMLParser
from typing import Any, ClassVar, Optional

from glancesd import dashboard
from glancesd.api import v2
from glancesd.api.routes import Routes
from glancesd.api.summary import SHOWN
from tests.daemon import Daemon

FOLDER = os.path.dirname(dashboard.__file__)
BUDGET_FILES = 5
BUDGET_BYTES = 96 << 10
BUDGET_GZIPPED_BYTES = 30 << 10
# An address that the scripts ask, a plugin's name perhaps left open: `api/2/${plugin}/history`.
_ASKED = re.compile(r"""["'`](api/2/[^"'`]*)["'`]""")
SECTIONS = ["CPU", "Memory", "Load", "Processes", "Network", "Disks", "File systems", "Sensors", "Alerts"]


def text(name: str) -> str:
    return dashboard.read(name).decode("utf-8")


class Elements(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Optional[str]]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, Optional[str]]]:
        return [attributes for found, attributes in self.found if found == tag]


class Files(unittest.TestCase):
    def test_budget(self) -> None:
        files = [dashboard.read(name) for name, _ in dashboard.FILES.values()]
        self.assertLessEqual(len(files), BUDGET_FILES)
        self.assertLessEqual(sum(map(len, files)), BUDGET_BYTES)
        self.assertLessEqual(sum(len(gzip.compress(file, 5)) for file in files), BUDGET_GZIPPED_BYTES)

    def test_all_of_the_folder_is_served(self) -> None:
        there = {name for name in os.listdir(FOLDER) if not name.startswith("__")}
        self.assertEqual({name for name, _ in dashboard.FILES.values()}, there)

    def test_every_address_is_relative_and_served(self) -> None:
        """So the page works behind any prefix."""
        links = [attributes.get("href") or attributes.get("src") for _, attributes in Elements(text("page.html")).found]
        imported = re.findall(r'from "\./([^"]+)"', text("page.js"))
        for link in [*filter(None, links), *imported]:
            with self.subTest(link):
                self.assertTrue(link in dashboard.FILES or link in ("api/2/all", "#processes"), link)
        for name in ("page.js", "figures.js", "style.css"):
            hosts = set(re.findall(r"https?://[^\s\"'`]+", text(name)))
            self.assertEqual(hosts - {"http://www.w3.org/2000/svg"}, set(), name)

    def test_every_route_that_the_script_asks_exists(self) -> None:
        routes = Routes("/api/2", v2.DIALECT.routes, v2.PLUGINS)
        asked = set(_ASKED.findall(text("page.js")))
        self.assertIn("api/2/summary", asked)
        self.assertIn("api/2/${what}/history", asked)
        for path in asked:
            with self.subTest(path):
                filled = re.sub(r"\$\{.*?\}", "cpu", path)
                routes.find(tuple(filled.split("/")[2:]))

    def test_what_the_script_reads_of_the_summary_is_in_it(self) -> None:
        read = set(re.findall(r"\bsummary\.(\w+)", text("page.js")))
        told = {*SHOWN, "at", "utc_offset", "interval", "cached_time", "disabled", "processlist", "states"}
        self.assertEqual(read - told, set())
        self.assertGreater(len(read), 10)

    def test_histories_have_the_names_that_the_script_looks_for(self) -> None:
        block = text("figures.js").partition("const POINTS = {")[2].partition("\n};")[0]
        self.assertEqual(set(re.findall(r"(?m)^  (\w+):", block)), set(v2.DIALECT.series))
        for plugin, items in v2.DIALECT.series.items():
            row = re.split(r"\n  \w+:", block.partition("  %s:" % plugin)[2])[0]
            self.assertEqual({item for item in items.values() if not re.search(r"\b%s:" % item, row)}, set(), plugin)

    def test_nothing_that_the_policy_or_an_old_browser_refuses(self) -> None:
        elements = Elements(text("page.html"))
        self.assertEqual(elements.named("style"), [])
        for tag, attributes in elements.found:
            self.assertEqual([name for name in attributes if name == "style" or name.startswith("on")], [], tag)
        self.assertEqual([script.get("src") for script in elements.named("script")], ["page.js"])
        for name in ("page.js", "figures.js"):
            # What writes HTML, runs text, blocks or writes anything; what is younger than ECMAScript 2020.
            for word in (r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setInterval",
                         r"\balert\(['\"]|\bconfirm\(|\bprompt\(|method:|XMLHttpRequest|setAttribute\(.style",
                         r"\?\?=|\|\|=|&&=|\.replaceAll\(|\.at\(|\.replaceChildren\(|structuredClone|\.hasOwn\(",
                         r"\.findLast|#\w+ *[=(;]|AbortSignal\.|\bstatic\b"):
                self.assertIsNone(re.search(word, re.sub(r"(?m)^\s*//.*$", "", text(name))), (name, word))
        self.assertIsNone(re.search(r":has\(|@container|color-mix|@layer|@import|url\(", text("style.css")))


class Names(unittest.TestCase):
    """What tests and screen readers look for."""

    page: ClassVar[Elements]

    @classmethod
    def setUpClass(cls) -> None:
        cls.page = Elements(text("page.html"))

    def test_sections(self) -> None:
        names = [section.get("aria-label") for section in self.page.named("section")]
        self.assertEqual([name for name in names if name != "More"], SECTIONS)

    def test_meters_and_status(self) -> None:
        by_role: dict[Any, list[Any]] = {}
        for _, attributes in self.page.found:
            by_role.setdefault(attributes.get("role"), []).append(attributes.get("aria-label"))
        self.assertEqual(by_role["meter"], ["CPU", "Memory"])
        self.assertEqual(len(by_role["status"]), 1)

    def test_the_table_of_processes(self) -> None:
        self.assertEqual(re.findall(r'<button data-column="\w+">([^<]+)</button>', text("page.html")),
                         ["PID", "User", "CPU %", "Memory", "Command"])
        self.assertEqual([field.get("aria-label") for field in self.page.named("input")], ["Filter processes"])

    def test_headings_and_language(self) -> None:
        self.assertEqual(len(self.page.named("h1")), 1)
        self.assertEqual(len(self.page.named("h2")), len(self.page.named("section")))
        self.assertEqual(self.page.named("html"), [{"lang": "en"}])
        self.assertEqual(len(self.page.named("noscript")), 1)

    def test_ids_are_unique_and_there(self) -> None:
        ids = [attributes["id"] for _, attributes in self.page.found if "id" in attributes]
        self.assertEqual(len(ids), len(set(ids)))
        asked = set(re.findall(r'byId\("([^"]+)"\)', text("page.js")))
        self.assertEqual(asked - set(ids), set())

    def test_each_panel_has_its_button(self) -> None:
        buttons = {attributes["data-panel"] for _, attributes in self.page.found if "data-panel" in attributes}
        made = set(re.findall(r'(?m)^  "(\w+-\w+)":', text("page.js").partition("const PANELS = {")[2]))
        hours = text("page.js").partition("const HOURS = {")[2].partition("\n};")[0]
        self.assertEqual(buttons, made | {name + "-hour" for name in re.findall(r"(?m)^  (\w+):", hours)})


class Behind(unittest.TestCase):
    def test_a_password(self) -> None:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("secret\n")
            file.flush()
            with Daemon("--interval", "0", "--password-file", file.name) as daemon:
                self.assertEqual({daemon.ask("/" + path).status for path in dashboard.FILES}, {401})
                authorization = "Basic " + base64.b64encode(b"glances:secret").decode()
                self.assertEqual(daemon.ask("/", headers={"Authorization": authorization}).status, 200)
                self.assertEqual(daemon.ask("/healthz").status, 200)


class Off(unittest.TestCase):
    def test_disable_webui(self) -> None:
        """Then `/` says what there is to ask, as a balancer's check and a curious reader want it."""
        with Daemon("--interval", "0", "--disable-webui") as daemon:
            self.assertEqual(daemon.json("/"), daemon.json("/api/2/help"))
            self.assertEqual({daemon.ask("/" + path).status for path in dashboard.FILES if path}, {404})

    def test_without_the_api_that_it_asks(self) -> None:
        with Daemon("--interval", "0", "--disable-api", "2") as daemon:
            self.assertEqual(daemon.ask("/page.js").status, 404)
            self.assertIn("json", daemon.ask("/").headers["content-type"])


class Served(unittest.TestCase):
    daemon: ClassVar[Daemon]

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon("--interval", "0")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.daemon.end()

    def test_each_file(self) -> None:
        for path, (name, content_type) in dashboard.FILES.items():
            with self.subTest(name):
                answer = self.daemon.ask("/" + path)
                self.assertEqual((answer.status, answer.headers["content-type"]), (200, content_type))
                self.assertEqual(answer.body, dashboard.read(name))
                self.assertEqual(answer.headers["content-security-policy"], dashboard.POLICY)
                for header, value in (("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"),
                                      ("referrer-policy", "no-referrer"), ("cache-control", "no-store")):
                    self.assertEqual(answer.headers[header], value)
                packed = self.daemon.ask("/" + path, headers={"Accept-Encoding": "gzip"})
                if packed.headers.get("content-encoding") == "gzip":
                    self.assertEqual(gzip.decompress(packed.body), answer.body)

    def test_head_and_other_methods(self) -> None:
        head = self.daemon.ask("/", "HEAD")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["content-length"]), len(dashboard.read("page.html")))
        for method in ("POST", "PUT", "DELETE"):
            self.assertEqual(self.daemon.ask("/", method).status, 405)

    def test_a_foreign_host(self) -> None:
        for path in ("/", "/page.js"):
            self.assertEqual(self.daemon.ask(path, headers={"Host": "evil.example"}).status, 421)

    def test_what_is_not_there(self) -> None:
        for path in ("/page.html", "/index.html", "/__init__.py", "/page.js/", "/dashboard/page.js", "/..%2fpage.js"):
            self.assertEqual(self.daemon.ask(path).status, 404, path)


if __name__ == "__main__":
    unittest.main()
