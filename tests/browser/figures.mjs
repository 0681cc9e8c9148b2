// The pure parts of the page, as tables, under Node: node --test tests/browser/figures.mjs
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test from "node:test";

// The file is a module for browsers: Node takes one by its text, whatever its name ends in.
const source = readFileSync(new URL("../../glancesd/dashboard/figures.js", import.meta.url), "utf8");
const figures = await import("data:text/javascript," + encodeURIComponent(source));

// [expected, arguments…] for a function of the module.
function table(name, rows) {
  test(name, () => {
    for (const [expected, ...given] of rows) {
      assert.deepEqual(figures[name](...given), expected, `${name}(${given.map(value => JSON.stringify(value)).join(", ")})`);
    }
  });
}

const KIB = 1024;
table("bytes", [["0 B", 0], ["512 B", 512], ["999 B", 999], ["0.98 KiB", 1000], ["1.00 KiB", KIB], ["9.99 KiB", 10229],
  ["10.0 KiB", 10236], ["999 KiB", 999 * KIB], ["0.98 MiB", 1000 * KIB], ["23.5 GiB", 25276510208], ["1.82 TiB", 2000398934016],
  ["1000 PiB", 1000 * KIB ** 5], ["–", null], ["–", undefined], ["–", NaN], ["–", Infinity], ["–", "12"]]);
table("together", [[10, 10, 2], [10, 10.04, 2], [10.15, 10.05, 2], [11.1, 11, 2], [12, 11.95, 2], [30.25, 26.25, 80]]);
table("overLimits", [[[], undefined], [[], {}], [[], {mem: {"": {used: "CAREFUL"}}}],
  [[["■", "File system /a\\nb"], ["▲", "Load"]], {load: {"": {min5: "CAREFUL", min15: "WARNING_LOG"}},
    fs: {"/a\nb": {used: "CRITICAL"}, "/": {used: "CAREFUL"}}}]].map(([expected, states]) => [expected.map(([shape, text]) =>
  ({text, state: figures.state({"■": "CRITICAL", "▲": "WARNING"}[shape])})), states]));
table("bytesPerSecond", [["0 B/s", 0], ["1 B/s", 0.5], ["999 B/s", 999.4], ["1.00 kB/s", 999.6], ["14.6 kB/s", 14600],
  ["1.28 MB/s", 1280000], ["2.00 GB/s", 2e9], ["–", null]]);
table("bitsPerSecond", [["0 bit/s", 0], ["8 bit/s", 1], ["1.00 kbit/s", 125], ["9.70 kbit/s", 1212.5], ["1.00 Gbit/s", 125e6],
  ["–", undefined]]);
table("networkRate", [["1.00 kbit/s", 125, "bits"], ["125 B/s", 125, "bytes"], ["–", null, "bits"]]);
table("percent", [["0.0 %", 0], ["3.5 %", 3.5], ["99.9 %", 99.9], ["100 %", 99.96], ["350 %", 350], ["–", null]]);
table("sensor", [["38.9 °C", 38.9, "C"], ["-62.0 °C", -62, "C"], ["101.0 °F", 101, "F"], ["3213 rpm", 3213, "rpm"],
  ["80 %", 80, "%"], ["SLP", "SLP", "*"], ["–", null, "C"], ["–", "", "C"], ["7", 7, ""]]);
table("duration", [["0 s", 0], ["40 s", 40.4], ["1 min", 60], ["12 min 5 s", 725], ["3 h 12 min", 11520], ["2 d", 172800],
  ["2 d 4 h", 187200], ["2 d", 172860], ["0 s", -5], ["–", undefined]]);
table("linkSpeed", [["1.00 Gbit/s", 1000 * 1048576], ["10 Mbit/s", 10 * 1048576], ["", 0], ["", undefined]]);
table("count", [["0", 0], ["999", 999], ["1.00 k", 1000], ["47.0 k", 46955], ["–", null]]);

table("clock", [["00:00:00", 0, 0], ["01:00:00", 0, 3600], ["23:30:00", 0, -1800]]);
table("moment", [["14:03", 50580, 0, 60000], ["1970-01-01 14:03", 50580, 0, 90000], ["15:03", 50580, 3600, 60000]]);
table("epochOf", [[1795651688, "2026-11-26T00:08:08", 0], [1795651688.5, "2026-11-26T00:08:08.500000", 0],
  [1795648088, "2026-11-26T00:08:08", 3600]]);

test("visible: what controls the line or its direction is an escape, all else stays", () => {
  const unseen = [..."\0\x01\x1f\x7f\x80\x9f\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\u061c"];
  for (const character of unseen) assert.match(figures.visible(character), /^\\(x[0-9a-f]{2}|u[0-9a-f]{4})$/);
  for (const [expected, given] of [["a\\nb", "a\nb"], ["\\t\\r\\e[31m", "\t\r\x1b[31m"], ["\\u202egpj.exe", "\u202egpj.exe"],
    ["<b>&amp;\"'", "<b>&amp;\"'"], ["Übung 日本 👩‍💻", "Übung 日本 👩‍💻"], ["back\\slash", "back\\slash"], ["7", 7], ["", ""]]) {
    assert.equal(figures.visible(given), expected);
  }
});

test("states: the worst of some fields", () => {
  const states = {cpu: {"": {user: "WARNING", total: "CRITICAL_LOG"}}, fs: {"/": {used: "CAREFUL"}}};
  for (const [expected, ...given] of [["critical", "cpu", ""], ["warning", "cpu", "", "user"], ["", "cpu", "", "iowait"],
    ["careful", "fs", "/"], ["", "fs", "/home"], ["", "nosuch", ""]]) {
    assert.equal(figures.stateOf(states, ...given).word, expected);
  }
  assert.equal(figures.stateOf(undefined, "cpu", "").word, "");
  for (const [shape, name] of [["▲", "WARNING"], ["■", "CRITICAL"], ["◆", "CAREFUL"], ["", "OK"], ["", undefined]]) {
    assert.equal(figures.state(name).shape, shape);
  }
});

test("alerts, in words", () => {
  const process = {name: "py\nthon", pid: 7};
  const running = figures.alert([100, -1, "CRITICAL", "CPU_USER", 98, 90, 80, 900, 10, [process], "", "cpu_percent"], 400);
  assert.deepEqual([running.running, running.subject, running.maximum, running.seconds, running.processes],
    [true, "CPU user", "98.0 %", 300, ["py\\nthon (7)"]]);
  const now = [made(1, 5, 900), made(2, 70, 10)];
  for (const [expected, type, end] of [[["busiest now: p2 (2)"], "CPU_USER", -1], [["busiest now: p2 (2)"], "LOAD", -1],
    [["largest now: p1 (1)"], "MEM", -1], [[], "FS_/", -1], [[], "CPU_USER", 160]]) {
    assert.deepEqual(figures.alert([100, end, "WARNING", type, 90, 90, 90, 90, 1, [], "", ""], 400, now).processes, expected);
  }
  const ended = figures.alert([100, 160, "WARNING", "FS_/srv/My DISK", 91, 91, 91, 91, 1, [], "", ""], 400);
  assert.deepEqual([ended.running, ended.subject, ended.maximum, ended.seconds, ended.state.shape],
    [false, "File system /srv/My DISK", "91.0 %", 60, "▲"]);
  for (const [subject, value, type, maximum] of [["Memory", "90.0 %", "MEM", 90], ["Swap", "90.0 %", "MEMSWAP", 90],
    ["CPU iowait", "30.0 %", "CPU_IOWAIT", 30], ["CPU ctx_switches", "47.0 k", "CPU_CTX_SWITCHES", 47000],
    ["ETH0 received", "4.00 M", "NETWORK_ETH0_RX", 4e6], ["SDA writes", "5.00 MB/s", "DISKIO_SDA_TX", 5e6],
    ["Temperature of CORE 0", "80.0 °C", "SENSORS_TEMPERATURE_CORE_CORE 0", 80], ["Load, 15 min, of each CPU", "5.20", "LOAD", 5.2],
    ["Fan 1", "0 rpm", "SENSORS_FAN_SPEED_1", 0], ["SOMETHING_ELSE", "–", "SOMETHING_ELSE", null]]) {
    const found = figures.alert([0, -1, "WARNING", type, maximum, 0, 0, 0, 1, null, "", ""], 0);
    assert.deepEqual([found.subject, found.maximum], [subject, value], type);
  }
});

test("the title says the state first", () => {
  const [warning, critical] = ["WARNING", "CRITICAL"].map(name => ({running: true, state: figures.state(name)}));
  for (const [expected, alerts] of [["tower", []], ["tower", [{...critical, running: false}]], ["▲ 1 · tower", [warning]],
    ["■ 2 · tower", [warning, critical]]]) assert.equal(figures.title(alerts, "tower"), expected);
});

table("memoryParts", [
  [{used: 40, cache: 50, free: 10, total: 100}, {total: 100, available: 60, buffers: 20, cached: 30}],
  [{used: 40, cache: 60, free: 0, total: 100}, {total: 100, available: 60, buffers: 50, cached: 80}],      // never below 0
  [{used: 40, cache: 0, free: 60, total: 100}, {total: 100, available: 60}], [null, {}], [null, {total: 100}]]);

test("complete: what is not there is empty, whatever was sent", () => {
  const empty = figures.complete({cpu: null, fs: {}, mem: "x", at: 5});
  assert.deepEqual([empty.cpu, empty.fs, empty.mem, empty.alert, empty.states, empty.at], [{}, [], {}, [], {}, 5]);
  assert.equal(figures.complete({}).at, 0);
});

test("ranked: most first, equal ones in their order", () => {
  const rows = [{n: "a", v: 1}, {n: "b", v: 2}, {n: "c", v: 1}, {n: "d", up: true, v: 0}];
  assert.deepEqual(figures.ranked(rows, row => [row.v]).map(row => row.n), ["b", "a", "c", "d"]);
  assert.deepEqual(figures.ranked(rows, row => [row.up === true, row.v]).map(row => row.n), ["d", "b", "a", "c"]);
});

test("smoothed: one burst does not turn the order", () => {
  const rate = row => row.v;
  let lately = figures.smoothed(new Map(), [{n: "a", v: 100}, {n: "b", v: 0}], "n", rate);
  assert.equal(lately.get("a"), 100);
  lately = figures.smoothed(lately, [{n: "a", v: 100}, {n: "b", v: 200}], "n", rate);
  assert.ok(lately.get("a") > lately.get("b"));
  assert.deepEqual([...figures.smoothed(lately, [{n: "b", v: 0}], "n", rate).keys()], ["b"]);
});

const made = (pid, cpu, memory, more) => ({pid, cpu_percent: cpu, memory_info: [memory, 9], name: `p${pid}`, cmdline: "", username: "u", ...more});
const pids = found => found.map(process => process.pid);

test("sorted: by each column, both ways, equal ones by CPU, memory, pid", () => {
  const list = [made(3, 0, 10), made(1, 50, 5, {username: "Zoe", cmdline: "b"}), made(2, 0, 20, {username: "anna", cmdline: "a"})];
  for (const [expected, column, descending] of [[[1, 2, 3], "cpu", true], [[2, 3, 1], "cpu", false], [[2, 3, 1], "memory", true],
    [[1, 2, 3], "pid", false], [[3, 2, 1], "pid", true], [[2, 3, 1], "user", false], [[2, 1, 3], "command", false]]) {
    assert.deepEqual(pids(figures.sorted(list, column, descending)), expected, `${column} ${descending}`);
  }
  assert.deepEqual(pids(figures.sorted([made(1), made(2, null, null), {pid: 3}], "cpu", true)), [1, 2, 3]);
});

test("busiest: by memory only those that are known to have the most", () => {
  const list = Array.from({length: 35}, (_, place) => made(place, place < 25 ? 90 - place : 0, place >= 25 ? 1000 + place : place));
  assert.deepEqual(pids(figures.busiest(list, "cpu", true, 25)), Array.from({length: 25}, (_, place) => place));
  assert.deepEqual(pids(figures.busiest(list, "memory", true, 25)), Array.from({length: 10}, (_, place) => 34 - place));
  assert.equal(figures.busiest(list, "pid", true, 15).length, 15);
  assert.deepEqual(pids(figures.busiest(list, "pid", true, 15)), Array.from({length: 15}, (_, place) => 14 - place));
});

test("matches: each word in name, arguments, user or pid", () => {
  const process = {pid: 4711, name: "python3", cmdline: "/usr/bin/python3 -m Glancesd", username: "root"};
  for (const [expected, filter] of [[true, "glances"], [true, "root python"], [true, "4711"], [true, "PYTHON3 -M"], [false, "root perl"],
    [true, ""]]) assert.equal(figures.matches(process, filter), expected, filter);
  assert.equal(figures.matches({pid: 1}, "null"), false);
});

table("splitCommand", [[["/usr/bin/", "python3 -m x"], "/usr/bin/python3 -m x"], [["", "python3"], "python3"], [["", "/init"], "/init"],
  [["", "a /b/c"], "a /b/c"], [["/usr/", "bin/ x"], "/usr/bin/ x"], [["/opt/", ") S 1"], "/opt/) S 1"], [["", ""], ""]]);
table("memoryOf", [["–", {memory_info: [0, 0]}], ["4.00 KiB", {memory_info: [4096, 8192]}], ["–", {}]]);

test("isCut: what the summary shortened is asked for by itself", () => {
  assert.equal(figures.isCut({cmdline: "java -cp a…"}), true);
  for (const cmdline of ["java", "", null, undefined]) assert.equal(figures.isCut({cmdline}), false);
});

test("details of a process", () => {
  const process = made(7, 1, 4096, {ppid: 1, status: "D", num_threads: 3, nice: 0, cpu_times: [61, 2], memory_percent: 1.5,
    io_counters: [2048, 0, 0, 0, 1], cmdline: "a\nb"});
  const found = Object.fromEntries(figures.processDetails(process, "init"));
  assert.deepEqual([found.Command, found.Parent, found.State, found.Threads, found.Nice, found["CPU time"], found["I/O"]],
    ["a\\nb", "1 (init)", "waiting for a device", "3", "0", "1 min 1 s user, 2 s system", "2.00 KiB read, 0 B written"]);
  const bare = Object.fromEntries(figures.processDetails({pid: 1, io_counters: [0, 0, 0, 0, 0]}, undefined, true));
  assert.deepEqual([bare.State, bare["I/O"]], ["ended", "not told"]);
  assert.doesNotMatch(JSON.stringify(bare), /undefined|NaN|null/);
});

test("addPoint: the newest gives way until its time has come, nothing older than an hour stays", () => {
  const points = figures.series();
  for (const at of [0, 4, 8, 10, 12, 21]) figures.addPoint(points, at, at, 10);
  assert.deepEqual(points.times, [0, 10, 21]);
  figures.addPoint(points, 21, 99, 10);
  assert.deepEqual(points.values, [0, 10, 21]);
  figures.addPoint(points, 30, null, 10);
  figures.addPoint(points, 3605, 1, 10);
  assert.deepEqual(points.times, [10, 21, 3605]);
  figures.addPoint(points, 15, 2, 10);                     // the machine's clock was set back
  assert.deepEqual(points.times, [10, 15]);
  const many = figures.series();
  for (let at = 0; at < 3000; at += 1) figures.addPoint(many, at, at, 0);
  assert.equal(many.times.length, 720);
});

test("histories: what the daemon tells, and before that what was seen", () => {
  const told = figures.fromHistory([["1970-01-01T00:01:40", 1], ["1970-01-01T00:01:50", 2], ["1970-01-01T00:02:00", null]], 0);
  assert.deepEqual(told, {times: [100, 110], values: [1, 2]});
  const seen = {times: [80, 90, 100, 105], values: [8, 9, 0, 0]};
  assert.deepEqual(figures.merged(seen, told), {times: [80, 90, 100, 110], values: [8, 9, 1, 2]});
  assert.deepEqual(figures.merged(seen, figures.series()), seen);
  assert.deepEqual(figures.fromHistory(undefined, 0), figures.series());
});

test("path: straight lines, none across a gap, a lone point seen, the scale kept", () => {
  const draw = (times, values) => figures.path({times, values}, 3600, 100, 720, 100, 30);
  assert.equal(draw([0, 10, 20], [0, 50, 100]), "M0.0 100.0h0.1L2.0 50.0L4.0 0.0");
  assert.equal(draw([0, 10, 100], [0, 50, 200]), "M0.0 100.0h0.1L2.0 50.0M20.0 0.0h0.1");
  assert.equal(draw([-10, 10], [0, 50]), "M2.0 50.0h0.1");
  assert.equal(draw([], []), "");
});

table("niceTop", [[1, 0], [1, -3], [0.5, 0.3], [1, 1], [2, 1.1], [5, 5], [10, 5.1], [100, 100], [2e6, 1.3e6]]);
test("span", () => {
  for (const [expected, values] of [["2.0 % to 97.0 %", [2, 97, 38]], ["2.0 %", [2]], ["2.0 %", [2, 2.01]]]) {
    assert.equal(figures.span({values}, figures.percent), expected);
  }
});
test("valueAt, means, words", () => {
  const points = {times: [0, 10, 1000], values: [1, 2, 3]};
  assert.deepEqual([figures.valueAt(points, 6, 30), figures.valueAt(points, 500, 30)], [2, undefined]);
  assert.deepEqual(figures.means(points, 3600, 4), [1.5, 3, undefined, undefined]);
  const percent = {times: [1, 2, 3], values: [2, 97, 38]};
  assert.equal(figures.hourInWords("CPU", [""], [percent], figures.percent), "CPU, last hour: lowest 2.0 %, highest 97.0 %, now 38.0 %");
  assert.equal(figures.hourInWords("eth0", ["received", "sent"], [percent, figures.series()], figures.percent),
    "eth0, last hour: received lowest 2.0 %, highest 97.0 %, now 38.0 %; sent nothing known yet");
});

table("coresInWords", [["1 core, busiest: 0 at 5.0 %", [{cpu_number: 0, total: 5}]], ["0 cores, busiest: –", []],
  ["4 cores, busiest: 2 at 98.0 %, 0 at 5.0 %, 1 at 5.0 %", [5, 5, 98, 1].map((total, cpu_number) => ({cpu_number, total}))]]);

table("pace", [[2, 2, 1, 0.01], [5, 2, 5, 0.1], [8, 2, 1, 0.8], [1, 1, undefined, 0], [150, 2, 1, 15]]);
table("paceInWords", [["every 2 s", 2, 2], ["every 2 s", 2.4, 2], ["every 5 s (slow answers)", 2.6, 2], ["every 10 s (slow answers)", 8, 2],
  ["every 150 s (slow answers)", 400, 2], ["every 30 s", 30, 30]]);
test("retry: 2, 4, 8, then 15 s, a fifth more or less; Retry-After is kept", () => {
  for (const [failures, seconds] of [[1, 2], [2, 4], [3, 8], [4, 15], [40, 15]]) {
    for (const [chance, factor] of [[0, 0.8], [0.5, 1], [1, 1.2]]) {
      assert.ok(Math.abs(figures.retry(failures, chance) - seconds * factor) < 1e-9);
    }
  }
  assert.equal(figures.retry(1, 0.5, "60"), 60);
  assert.equal(figures.retry(1, 0.5, "Fri, 31 Dec 1999"), 2);
  assert.equal(figures.retry(1, 0.5, "1e9"), 3600);
});

table("settings", [[{refresh: "5", theme: "dark", units: "bytes"}, {refresh: "5", theme: "dark", units: "bytes"}], [{}, null], [{}, "text"],
  [{}, {refresh: "3", theme: "pink", toString: "x", units: 7}], [{units: "bits"}, {units: "bits", x: undefined}],
  [{column: "pid", descending: false, open: ["1"]}, {column: "pid", descending: false, open: [1]}], [{}, {open: "all", column: "x"}]]);

const summary = figures.complete({cpu: {total: 9, user: 5, system: 4, ctx_switches: 3000, time_since_update: 2}, mem: {percent: 3},
  network: [{interface_name: "eth0", rx_rate_per_sec: 1, tx_rate_per_sec: 2}], memswap: {total: 0, percent: 0}});
test("points: as the history routes name them", () => {
  for (const [plugin, expected] of [["cpu", {total: 9, user: 5, system: 4}], ["mem", {percent: 3}], ["memswap", {}],
    ["network", {eth0_rx: 1, eth0_tx: 2}], ["fs", {}]]) assert.deepEqual(figures.POINTS[plugin](summary), expected);
});
test("details: what is not known is a dash", () => {
  const cpu = Object.fromEntries(figures.cpuFacts(summary));
  assert.deepEqual([cpu.user, cpu.steal, cpu["context switches"], cpu.interrupts], ["5.0 %", undefined, "1.50 k/s", "–"]);
  assert.equal(Object.fromEntries(figures.memoryFacts(summary))["swap used"], "no swap");
});
test("the hour in numbers", () => {
  const rows = figures.hourTable([{series: {times: [100, 3500], values: [1, 2]}, format: figures.percent}], 3600, 0, 4);
  assert.deepEqual(rows, [["01:00", "2.0 %"], ["00:45", "–"], ["00:30", "–"], ["00:15", "1.0 %"]]);
});
