// page: asks api/2/summary once a refresh, changes what differs in the document, and computes nothing for closed parts.

import * as figures from "./figures.js";

const GIVE_UP_SECONDS = 15;
const PROCESS_PAGE = 400;                      // rows of processes in the document at once
const WRONG_MOST = 5;
const GRID_FROM_CORES = 33;
const CHART_WIDTH = 720;
const CHART_HEIGHT = 100;
const SVG = "http://www.w3.org/2000/svg";

// -- the document ------------------------------------------

const byId = id => document.getElementById(id);

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// The text node stays, and with it a selection.
function say(node, text) {
  const first = node.firstChild;
  if (!first) node.append(text);
  else if (first.data !== text) first.data = text;
}

function set(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

function mark(node, className, on) {
  if (node.classList.contains(className) !== on) node.classList.toggle(className, on);
}

// A foreign name, whole in `title`.
function name(node, text, whole = text) {
  say(node, figures.visible(text));
  set(node, "title", figures.visible(whole));
}

// A state is a shape and a word, besides its colour.
function tell(node, state) {
  if (!node.firstChild) node.append("", element("span", "word", ""));
  if (node.firstChild.data === state.shape) return;
  node.firstChild.data = state.shape;
  say(node.lastChild, state.word && ` ${state.word}`);
  node.className = `state ${state.word}`;
}

// The children of a node, one a key: updated in place, moved, removed.
class Rows {
  constructor(parent, make) {
    parent.textContent = "";
    this.parent = parent;
    this.make = make;
    this.byKey = new Map();
  }

  show(items, keyOf, fill) {
    const kept = new Map();
    for (const item of items) {
      let key = keyOf(item);
      while (kept.has(key)) key += "'";          // two sensors of one name
      const row = this.byKey.get(key) || this.make(item);
      fill(row, item);
      kept.set(key, row);
    }
    const focused = document.activeElement;
    for (const [key, row] of this.byKey) if (!kept.has(key)) row.node.remove();
    let next = this.parent.firstChild;
    for (const row of kept.values()) {
      if (row.node === next) next = next.nextSibling;
      else this.parent.insertBefore(row.node, next);
    }
    if (focused !== document.activeElement && focused.isConnected) focused.focus({preventScroll: true});
    this.byKey = kept;
  }
}

// -- settings: what this browser keeps, above it the fragment ----

const KEPT = "glancesd";
const chosen = {refresh: "2", theme: "auto", units: "bits", column: "cpu", descending: true, open: []};

function readSettings() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEPT));
  } catch (refused) { /* a private window, or not ours */ }
  Object.assign(chosen, figures.settings(kept), inFragment());
}

function inFragment() {
  const pairs = location.hash.slice(1).split("&").map(pair => pair.split("="));
  return figures.settings(Object.fromEntries(pairs));
}

function keepSettings(changed) {
  Object.assign(chosen, changed);
  try {
    localStorage.setItem(KEPT, JSON.stringify(chosen));
  } catch (refused) { /* then it is forgotten */ }
  const named = Object.keys(inFragment());
  if (named.some(key => key in changed)) {
    history.replaceState(null, "", "#" + named.map(key => `${key}=${chosen[key]}`).join("&"));
  }
}

function applySettings() {
  set(document.documentElement, "data-theme", chosen.theme === "auto" ? null : chosen.theme);
  for (const key of ["refresh", "theme", "units"]) byId(key).value = chosen[key];
}

// -- what is known -----------------------------------------

let summary = null;                            // the latest
let everyProcess = null;                       // the whole process list, while the filter or "Show all" wants it
const extras = {folders: [], monitor: [], irq: []};
const past = {};                               // plugin → {item: series}

const OFF = "switched off";
const isServed = plugin => !summary || !summary.disabled.includes(plugin);
const offset = () => summary.utc_offset || 0;
const spacing = () => Math.max(Number(summary.interval) || 10, 1);
const gapSeconds = () => Math.max(3 * spacing(), 3 * Number(chosen.refresh), 30);
const rate = value => figures.networkRate(value, chosen.units);

function wantedPast() {
  const opened = Object.keys(figures.POINTS).filter(plugin => panels.has(`${plugin}-hour`));
  return [...new Set(["cpu", "mem", "load", ...opened, ...(panels.has("mem-hour") ? ["memswap"] : [])])].filter(isServed);
}

function keepPoints() {
  const wanted = wantedPast();
  for (const plugin of Object.keys(past).filter(name => !wanted.includes(name))) {
    delete past[plugin];
    asking.known.delete(plugin);
  }
  for (const plugin of wanted) {
    if (!past[plugin]) continue;
    for (const [item, value] of Object.entries(figures.POINTS[plugin](summary))) {
      if (!past[plugin][item]) past[plugin][item] = figures.series();
      figures.addPoint(past[plugin][item], summary.at, value, spacing());
    }
  }
}

function takeHistory(plugin, told) {
  const before = past[plugin] || {};
  const now = past[plugin] = {};
  for (const item of Object.keys(told)) {
    now[item] = figures.merged(before[item] || figures.series(), figures.fromHistory(told[item], offset()));
  }
}

const pastOf = (plugin, item) => (past[plugin] || {})[item] || figures.series();

// -- charts ------------------------------------------------

const charts = new Set();
let hair = null;                               // the line over all charts: its place in the hour, 0 to 1

// The last hour of a few series of one unit. `lines`: [word, …] of each, "" for the only one.
class Chart {
  constructor({subject, alias, lines, format, top, step = 1}) {
    this.subject = alias || subject;
    this.lines = lines.map(([word]) => word);
    this.format = format;
    this.top = top;                            // of the scale; undefined: fits the highest
    this.step = step;                          // of the unit shown: 8 for bytes shown as bits
    this.paths = lines.map((_, place) => svg("path", {class: `line line${place}`, d: "M0 0"}));
    this.hair = svg("line", {class: "hair", y1: 0, y2: CHART_HEIGHT});
    const viewBox = `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`;
    const grid = svg("path", {class: "grid", d: `M0 ${CHART_HEIGHT / 2}H${CHART_WIDTH}`});
    this.picture = svg("svg", {role: "img", viewBox, preserveAspectRatio: "none"});
    this.picture.append(grid, ...this.paths, this.hair);
    this.scale = element("span", "scale");
    // Of several lines the words are the key: which line is which.
    this.words = lines.map((_, place) => element("span", lines.length > 1 ? `line-key line-key${place}` : "", ""));
    [this.lead, this.tail] = [element("span", "", ""), element("span", "", "")];
    this.readout = element("span", "readout", this.lead, ...this.words, this.tail);
    this.node = element("figure", "plot", this.scale, this.readout, this.picture);
    charts.add(this);
  }

  show(series) {
    this.series = series;
    this.end = summary.at;
    const highest = Math.max(0, ...series.map(({values}) => Math.max(0, ...values)));
    const top = this.top || figures.niceTop(highest * this.step) / this.step;
    series.forEach((one, place) => set(this.paths[place], "d",
      figures.path(one, this.end, top, CHART_WIDTH, CHART_HEIGHT, gapSeconds()) || "M0 0"));
    say(this.scale, this.format(top));
    set(this.picture, "aria-label", figures.hourInWords(this.subject, this.lines, series, this.format));
    this.point();
  }

  // The words beside the chart: its values under the hair line, else its range.
  point() {
    if (!this.series) return;
    mark(this.hair, "on", hair !== null);
    const at = hair === null ? null : this.end - figures.HOUR_SECONDS * (1 - hair);
    if (at !== null) for (const end of ["x1", "x2"]) set(this.hair, end, (hair * CHART_WIDTH).toFixed(1));
    this.series.forEach((one, place) => {
      const value = at === null ? figures.span(one, this.format)
        : this.format(figures.valueAt(one, at, gapSeconds()));
      const text = `${this.lines[place]} ${value}`.trim();
      say(this.words[place], one.values.length || at !== null ? text + (place < this.lines.length - 1 ? ", " : "") : "");
    });
    say(this.lead, at === null ? "" : `${figures.clock(at, offset()).slice(0, 5)}: `);
    say(this.tail, at === null && this.series.some(({values}) => values.length) ? " in 1 h" : "");
  }
}

function moveHair(event) {
  const picture = event.target.closest && event.target.closest(".plot svg");
  const box = picture && picture.getBoundingClientRect();
  const now = box ? Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) : null;
  if (now === hair) return;
  hair = now;
  for (const chart of charts) chart.point();
}

// The charts of each plugin. `lines`: [word, item of its history].
const number = value => figures.known(value) ? figures.digits(value) : figures.NONE;
const PERCENT = {format: figures.percent, top: 100};
const HOURS = {
  cpu: () => [{subject: "CPU", lines: [["total", "total"], ["user", "user"], ["system", "system"]], ...PERCENT}],
  mem: () => [{subject: "Memory", lines: [["", "percent"]], ...PERCENT},
    ...summary.memswap.total ? [{subject: "Swap", plugin: "memswap", lines: [["", "percent"]], ...PERCENT}] : []],
  load: () => [{subject: "Load", lines: [["1 min", "min1"], ["5 min", "min5"], ["15 min", "min15"]], format: number}],
  network: () => lists.network.shown.map(({interface_name: subject, alias}) => ({subject, alias, format: rate,
    step: chosen.units === "bits" ? 8 : 1, lines: [["received", `${subject}_rx`], ["sent", `${subject}_tx`]]})),
  diskio: () => lists.diskio.shown.map(({disk_name: subject, alias}) => ({subject, alias,
    format: figures.bytesPerSecond,
    lines: [["read", `${subject}_read_bytes`], ["written", `${subject}_write_bytes`]]})),
  fs: () => lists.fs.shown.map(row => ({subject: row.mnt_point, alias: row.alias, ...PERCENT,
    lines: [["", `${row.mnt_point}_percent`]]})),
  sensors: () => lists.sensors.shown.map(row => ({subject: row.label, alias: row.alias,
    format: value => figures.sensor(value, row.unit), lines: [["", `${row.label}_value`]]})),
};

const seriesOf = (plugin, plot) => plot.lines.map(([, item]) => pastOf(plot.plugin || plugin, item));

function hourPanel(plugin) {
  return node => {
    const holder = element("div", "plots");
    const scroll = element("div", "scroll");
    const numbers = element("details", "numbers", element("summary", "", "In numbers"), scroll);
    node.append(holder, numbers);
    const rows = new Rows(holder, plot => {
      const chart = new Chart(plot);
      const title = element("bdi");
      chart.node.prepend(element("figcaption", "", title));
      return {node: chart.node, chart, title};
    });
    let heads = "";
    let showTable = null;
    const showNumbers = () => {
      const columns = HOURS[plugin]().flatMap(plot => seriesOf(plugin, plot).map((series, place) => ({series,
        format: plot.format, head: figures.visible(`${plot.alias || plot.subject} ${plot.lines[place][0]}`.trim())})));
      const now = ["Until", ...columns.map(({head}) => head)];
      if (now.join() !== heads) {
        scroll.textContent = "";
        showTable = tablePanel(now)(scroll);
      }
      heads = now.join();
      showTable(figures.hourTable(columns, summary.at, offset()));
    };
    numbers.addEventListener("toggle", () => { if (numbers.open && summary) showNumbers(); });
    return () => {
      rows.show(HOURS[plugin](), plot => plot.subject, (row, plot) => {
        name(row.title, plot.alias || plot.subject, plot.subject);
        Object.assign(row.chart, {format: plot.format, step: plot.step || 1});
        row.chart.show(seriesOf(plugin, plot));
      });
      if (numbers.open) showNumbers();
    };
  };
}

// -- panels: what one click opens --------------------------

const panels = new Map();                      // those that are open: id → the function that shows what is new

// A table of texts. `rows`: a function that gives its rows, unless they are given to the one that shows it.
function tablePanel(heads, rows) {
  return node => {
    const cell = (tag, text, scope) => {
      const made = element(tag, "", element("bdi", "", text));
      if (scope) made.scope = scope;
      return made;
    };
    const body = element("tbody");
    const head = element("tr", "", ...heads.map(text => cell("th", text, "col")));
    node.append(element("table", "", element("thead", "", head), body));
    const kept = new Rows(body, texts => {
      const cells = texts.map((text, place) => place ? cell("td", text) : cell("th", text, "row"));
      return {node: element("tr", "", ...cells), cells};
    });
    return given => kept.show(given || rows(), texts => texts[0], (row, texts) =>
      texts.forEach((text, place) => name(row.cells[place].firstChild, text)));
  };
}

function factList(list) {
  const rows = new Rows(list, () => {
    const [term, value] = [element("dt"), element("bdi")];
    return {node: element("div", "", term, element("dd", "", value)), term, value};
  });
  return pairs => rows.show(pairs, ([term]) => term, (row, [term, value]) => {
    say(row.term, term);
    say(row.value, value);
  });
}

function factsPanel(facts) {
  return node => {
    const list = element("dl", "facts");
    node.append(list);
    const showFacts = factList(list);
    return () => showFacts(facts());
  };
}

// A bar for each core, a small one where they are many.
function coresPanel(node) {
  const words = element("p", "note");
  const holder = element("div", "cores");
  node.append(words, holder);
  const rows = new Rows(holder, () => {
    const [label, fill, value] = [element("span", "label"), element("span", "fill used"), element("span", "value")];
    return {node: element("div", "core", label, element("span", "bar", fill), value), label, fill, value};
  });
  return () => {
    const cores = summary.percpu;
    const many = cores.length >= GRID_FROM_CORES;
    mark(holder, "grid", many);
    set(holder, "role", many ? "img" : null);
    say(words, figures.coresInWords(cores));
    set(holder, "aria-label", many ? words.textContent : null);
    rows.show(cores, core => String(core.cpu_number), (row, core) => {
      const used = figures.known(core.total) ? core.total : 0;
      row.fill.style.setProperty("--part", `${used}%`);
      if (many) set(row.node, "title", `Core ${core.cpu_number}: ${figures.percent(core.total)}`);
      else {
        say(row.label, String(core.cpu_number));
        say(row.value, figures.percent(core.total));
      }
    });
  };
}

const PANELS = {
  "cpu-cores": coresPanel,
  "cpu-all": factsPanel(() => figures.cpuFacts(summary)),
  "mem-all": factsPanel(() => figures.memoryFacts(summary)),
  "more-raid": tablePanel(["Array", "Level", "Status", "Disks", "Used of"], () => Object.entries(summary.raid).map(
    ([array, raid]) => [array, raid.type || figures.NONE, raid.status || figures.NONE, raid.config || figures.NONE,
      raid.used && raid.available ? `${raid.used} of ${raid.available}` : figures.NONE])),
  "more-wifi": tablePanel(["Interface", "Signal", "Quality"], () => summary.wifi.map(
    station => [station.ssid, `${station.signal} dBm`, station.quality || figures.NONE])),
  "more-folders": tablePanel(["Folder", "Size"], () => extras.folders.map(
    folder => [folder.path, figures.bytes(folder.size)])),
  "more-monitor": tablePanel(["Program", "Running", "Result"], () => extras.monitor.map(
    entry => [entry.description, String(entry.count), entry.result || ""])),
  "more-irq": tablePanel(["Interrupt", "Rate"], () => extras.irq.map(
    line => [line.irq_line, `${figures.count(line.irq_rate)}/s`])),
};
for (const plugin of Object.keys(HOURS)) PANELS[`${plugin}-hour`] = hourPanel(plugin);

function setPanel(id, open) {
  const node = byId(id);
  const button = document.querySelector(`[data-panel="${id}"]`);
  set(button, "aria-expanded", open);
  mark(node.closest("section"), "open", open || [...panels.keys()].some(other => other !== id
    && byId(other).closest("section") === node.closest("section")));
  show(node, open);
  if (open === panels.has(id)) return;
  if (open) {
    panels.set(id, PANELS[id](node));
    if (summary) panels.get(id)();
  } else {
    panels.delete(id);
    node.textContent = "";
    forgetCharts();
  }
}

function forgetCharts() {
  for (const chart of charts) if (!chart.node.isConnected) charts.delete(chart);
}

// -- header and what is wrong ------------------------------

const about = new Rows(byId("about"), ([what]) => ({node: element("bdi", what)}));

function showHeader(alerts) {
  const {system, batpercent} = summary;
  const host = figures.visible(system.hostname || "glancesd");
  const battery = batpercent[0] && figures.known(batpercent[0].value) ? `battery ${batpercent[0].value} %` : "";
  name(byId("host"), host);
  const uptime = summary.uptime && `up ${summary.uptime.replace(/:\d\d$/, "")}`;
  const parts = [["distribution", system.linux_distro || system.os_name], ["kernel", system.os_version],
    ["uptime", uptime], ["battery", battery], ["clock", summary.now]].filter(([, text]) => text);
  about.show(parts, ([what]) => what, (row, [, text]) => name(row.node, text));
  const title = figures.title(alerts, host);
  if (document.title !== title) document.title = title;
}

const wrong = new Rows(byId("wrong"), () => {
  const [state, subject, words] = [element("span", "state"), element("bdi", "subject"), element("bdi")];
  return {node: element("li", "", state, subject, words), state, subject, words};
});

function showWrong(alerts) {
  const running = figures.ranked(alerts.filter(entry => entry.running), entry => [entry.state.rank, entry.begin]);
  const rows = running.slice(0, WRONG_MOST);
  const more = running.length - rows.length;
  if (!rows.length) rows.push({quiet: quietWords()});
  if (more) rows.push({quiet: `and ${more} more, below under Alerts`});
  wrong.show(rows, row => row.quiet || `${row.type} ${row.begin}`, (row, entry) => {
    mark(row.node, "quiet", Boolean(entry.quiet));
    mark(row.node, "critical", !entry.quiet && entry.state.word === "critical");
    tell(row.state, entry.quiet ? figures.NORMAL : entry.state);
    name(row.subject, entry.quiet || `${entry.subject} ${entry.maximum}`);
    name(row.words, entry.quiet ? "" : [`since ${figures.moment(entry.begin, offset(), summary.at)}`,
      `for ${figures.duration(entry.seconds)}`, entry.processes.join(", ")].filter(Boolean).join(" · "));
  });
}

// Where no alert runs: a figure may be over a limit that makes none, or for a few seconds only.
function quietWords() {
  const over = figures.overLimits(summary.states);
  const named = over.slice(0, 3).map(({state, text}) => `${state.shape} ${text}`);
  if (over.length > named.length) named.push(`${over.length - named.length} more`);
  const words = summary.disabled.includes("alert") ? "Alerts are switched off" : "No alerts";
  if (named.length) return `${words}; over a limit: ${named.join(", ")}`;
  return words === "No alerts" ? "No alerts: all is quiet" : words;
}

// -- tiles -------------------------------------------------

const tile = id => {
  const node = byId(id);
  const one = selector => node.querySelector(selector);
  const facts = new Rows(one(".facts"), () => {
    const made = element("li");
    return {node: made};
  });
  return {plugin: id, node, headline: one(".headline"), state: one(".state"), meter: one(".meter"), holder: one(".chart"), facts};
};
const tiles = {cpu: tile("cpu"), mem: tile("mem"), load: tile("load")};

function showTile({plugin, headline, state, meter, holder, facts}, shown) {
  say(headline, shown.headline);
  tell(state, shown.state);
  facts.show(isServed(plugin) ? shown.facts : [{key: "off", text: OFF}], fact => fact.key, (row, fact) => {
    say(row.node, fact.text);
    set(row.node, "class", fact.mark || null);
  });
  if (meter) {
    show(meter, figures.known(shown.value));
    set(meter, "aria-valuenow", shown.value);
    set(meter, "aria-valuetext", shown.headline);
    shown.parts.forEach((part, place) => meter.children[place].style.setProperty("--part", `${part}%`));
    set(meter, "class", `meter ${shown.state.word}`);
  }
  if (!shown.past.values.length) return;
  if (!holder.chart) {
    holder.chart = new Chart(shown.chart);
    holder.append(holder.chart.node);
  }
  holder.chart.show([shown.past]);
}

function showCpu() {
  const {cpu, states} = summary;
  const fields = ["user", "system", "iowait", "steal"].filter(field => figures.known(cpu[field]));
  const facts = fields.map(field => factOf("cpu", field, `${field} ${figures.percent(cpu[field])}`));
  const switches = factOf("cpu", "ctx_switches", `context switches ${figures.perSecond(cpu.ctx_switches, cpu)}`);
  if (switches.mark) facts.push(switches);
  const cores = summary.percpu.map(core => core.total);
  if (cores.length > 1) facts.push({key: "core", text: `busiest core ${figures.percent(Math.max(...cores))}`});
  showTile(tiles.cpu, {
    headline: figures.percent(cpu.total), value: cpu.total, parts: [cpu.total || 0], facts,
    state: figures.stateOf(states, "cpu", ""),
    past: pastOf("cpu", "total"), chart: {subject: "CPU", lines: [[""]], ...PERCENT},
  });
}

function factOf(plugin, field, text) {
  const state = figures.stateOf(summary.states, plugin, "", field);
  return {key: plugin + field, text: state.rank ? `${state.shape} ${text}` : text, mark: state.word};
}

function showMemory() {
  const {mem, memswap, states} = summary;
  const parts = figures.memoryParts(mem);
  const swap = `swap ${figures.percent(memswap.percent)} of ${figures.bytes(memswap.total)}`;
  const share = value => value / parts.total * 100;
  showTile(tiles.mem, {
    headline: figures.percent(mem.percent), value: mem.percent, state: figures.stateOf(states, "mem", ""),
    parts: parts ? [share(parts.used), share(parts.cache)] : [0, 0],
    facts: parts ? [
      {key: "used", mark: "key used", text: `used ${figures.bytes(parts.used)} of ${figures.bytes(parts.total)}`},
      {key: "cache", mark: "key cache", text: `cache ${figures.bytes(parts.cache)}`},
      {key: "free", mark: "key free", text: `free ${figures.bytes(parts.free)}`},
      {key: "available", text: `available ${figures.bytes(mem.available)}`},
      memswap.total ? factOf("memswap", "used", swap) : {key: "swap", text: isServed("memswap") ? "No swap" : `swap ${OFF}`}] : [],
    past: pastOf("mem", "percent"), chart: {subject: "Memory", lines: [[""]], ...PERCENT},
  });
}

function showLoad() {
  const {load, states, processcount} = summary;
  const facts = figures.known(load.min1) ? [
    factOf("load", "min5", `5 min ${number(load.min5)}`), factOf("load", "min15", `15 min ${number(load.min15)}`),
    {key: "cpus", text: load.cpucore === 1 ? "on 1 CPU" : `on ${load.cpucore} CPUs`}] : [];
  if (figures.known(processcount.running)) facts.push({key: "running", text: `${processcount.running} running now`});
  showTile(tiles.load, {
    headline: number(load.min1), state: figures.stateOf(states, "load", ""), facts,
    past: pastOf("load", "min1"), chart: {subject: "Load", lines: [[""]], format: number},
  });
  const [fullest] = figures.ranked(summary.fs, row => [row.percent || 0]);
  say(byId("fullest"), fullest ? `Fullest: ${figures.visible(fullest.alias || fullest.mnt_point)} `
    + `${figures.percent(fullest.percent)}` : "");
}

// -- lists -------------------------------------------------

// A section with a table: the eight rows that matter, or all of them.
class List {
  // `title(row)`: its name; `cells(row)`: [text, state, percent of a bar] of each other column; `choose(rows)`: what
  // matters first.
  constructor(id, {key, title, choose, cells, note, always}) {
    Object.assign(this, {id, key, title, choose, cells, note, always, latest: [], shown: [], node: byId(id)});
    const one = selector => this.node.querySelector(selector);
    this.all = one(".all");
    this.noteNode = one(".note");
    this.table = one("table");
    this.rows = new Rows(one("tbody"), row => this.make(row));
    this.all.addEventListener("click", () => {
      keepSettings({open: toggled(this.id)});
      this.show(this.latest);
      if (panels.has(`${this.id}-hour`)) panels.get(`${this.id}-hour`)();
    });
  }

  make(row) {
    const title = element("bdi");
    const head = element("th", "name", title);
    head.scope = "row";
    const columns = this.node.querySelectorAll("thead th");
    const cells = this.cells(row).map(([, , part], place) => {
      const [state, text, fill] = [element("span", "state"), element("bdi"), element("span", "fill used")];
      const cell = element("td", columns[place + 1].className, state, text);
      if (part !== undefined) cell.append(element("span", "bar", fill));
      return {state, text, fill};
    });
    return {node: element("tr", "", head, ...cells.map(made => made.text.parentNode)), title, cells};
  }

  show(rows) {
    const ordered = this.choose(rows);
    const every = chosen.open.includes(this.id);
    this.latest = rows;
    this.shown = every ? ordered : ordered.slice(0, figures.ROWS);
    show(this.node, Boolean(rows.length || this.always));
    show(this.table, rows.length > 0);
    show(this.all, ordered.length > figures.ROWS);
    say(this.all, every ? "Show fewer" : `Show all ${ordered.length}`);
    set(this.all, "aria-expanded", every);
    say(this.noteNode, this.note ? this.note(rows) : "");
    this.rows.show(this.shown, this.key, (row, entry) => {
      name(row.title, ...this.title(entry));
      mark(row.node, "down", !figures.isUp(entry));
      this.cells(entry).forEach(([text, state, part], place) => {
        const cell = row.cells[place];
        name(cell.text, text);
        tell(cell.state, state || figures.NORMAL);
        if (part !== undefined) cell.fill.style.setProperty("--part", `${part || 0}%`);
      });
    });
  }
}

const toggled = id => chosen.open.includes(id) ? chosen.open.filter(other => other !== id) : [...chosen.open, id];
const stateIn = (plugin, row, key, ...fields) => figures.stateOf(summary.states, plugin, row[key], ...fields);

// Busiest first, unless all rows have room: then they stand still.
function byRate(key, rateOf, place) {
  let lately = new Map();
  return rows => {
    lately = figures.smoothed(lately, rows, key, row => rateOf(row) || 0);
    return figures.ranked(rows, row => [...place(row), rows.length > figures.ROWS ? lately.get(row[key]) : 0]);
  };
}

const busiestNote = (key, rateOf) => rows => {
  const [busiest] = figures.ranked(rows.filter(row => row[key] !== "lo"), row => [rateOf(row) || 0]);
  return busiest && rateOf(busiest) ? `busiest: ${figures.visible(busiest.alias || busiest[key])}` : "";
};

const networkRateOf = row => row.cx_rate_per_sec;
const diskRateOf = row => row.read_bytes_rate_per_sec + row.write_bytes_rate_per_sec;

// An alias takes the place of an element's name.
const elements = (field, more) => ({
  key: row => String(row[field]), title: row => [String(row.alias || row[field]), String(row[field])], ...more});

const lists = {
  network: new List("network", elements("interface_name", {
    choose: byRate("interface_name", networkRateOf, row => [figures.isUp(row), row.interface_name !== "lo"]),
    note: busiestNote("interface_name", networkRateOf),
    cells: row => [...["rx", "tx"].map(field =>
      [rate(row[`${field}_rate_per_sec`]), stateIn("network", row, "interface_name", field)]),
      [figures.isUp(row) ? figures.linkSpeed(row.speed) : "down"]],
  })),
  diskio: new List("diskio", elements("disk_name", {
    choose: byRate("disk_name", diskRateOf, () => []),
    note: busiestNote("disk_name", diskRateOf),
    cells: row => ["read_bytes", "write_bytes"].map(field =>
      [figures.bytesPerSecond(row[`${field}_rate_per_sec`]), stateIn("diskio", row, "disk_name", field)]),
  })),
  fs: new List("fs", elements("mnt_point", {
    choose: rows => figures.ranked(rows, row => [row.percent || 0]),
    cells: row => [[figures.percent(row.percent), stateIn("fs", row, "mnt_point"), row.percent],
      [figures.bytes(row.free)], [figures.bytes(row.size)]],
  })),
  sensors: new List("sensors", elements("label", {
    choose: rows => figures.ranked(rows, row => [stateIn("sensors", row, "label").rank]),
    cells: row => [[figures.sensor(row.value, row.unit), stateIn("sensors", row, "label")]],
  })),
  alerts: new List("alerts", {
    key: entry => `${entry.type} ${entry.begin}`, title: entry => [entry.subject], choose: rows => rows, always: true,
    note: rows => !isServed("alert") ? OFF : rows.length ? "" : "none so far",
    cells: entry => [["", entry.state], [entry.maximum], [figures.moment(entry.begin, offset(), summary.at)],
      [`${figures.duration(entry.seconds)}${entry.running ? ", running" : ""}`], [entry.processes.join(", ")]],
  }),
};

// -- processes ---------------------------------------------

// As many rows as fit the window or reach as far down as the lists beside them, on a phone the fewest.
function rowsThatFit() {
  if (innerWidth < 700) return 15;
  const beside = innerWidth < 1024 ? 0 : byId("lists").offsetHeight - byId("rest").offsetHeight - 140;
  return Math.max(15, Math.min(25, Math.floor(Math.max(innerHeight - 340, beside) / 25)));
}

const table = {
  node: byId("process-table"), body: byId("process-table").tBodies[0],
  filter: byId("filter"), all: byId("all-processes"),
  every: false,                                // "Show all"
  first: 0,                                    // of the page that is shown
  opened: null,                                // its pid
  aside: [],                                   // the opened process, while no list holds it whole
  held: false,                                 // the pointer is over it
  byKeyboard: false,
  seen: new Map(),                             // pid → process, of the rows in their order
};
table.rows = new Rows(table.body, row => row.details ? detailsRow() : processRow(row.pid));

const wantsEveryProcess = () => table.every || table.filter.value.trim() !== "";

function processRow(pid) {
  const open = element("button", "open", String(pid));
  const [user, command, directory] = [element("bdi"), element("bdi"), element("span", "directory", "")];
  command.append(directory, " ");
  const cells = {pid: open, user, cpu: "", memory: "", command};
  for (const column of Object.keys(cells)) cells[column] = element("td", column, cells[column]);
  open.addEventListener("click", () => openProcess(pid));
  return {node: element("tr", "", ...Object.values(cells)), cells, open, user, command, directory};
}

function detailsRow() {
  const list = element("dl", "facts");
  const cell = element("td", "", list);
  cell.colSpan = Object.keys(figures.COLUMNS).length;
  return {node: element("tr", "details", cell), show: factList(list)};
}

function fillProcess(row, {pid, process, details, gone}) {
  if (details) {
    row.show(details);
    return;
  }
  const command = figures.commandOf(process);
  const [directory, rest] = figures.splitCommand(command);
  name(row.user, process.username || figures.NONE);
  say(row.cells.cpu, figures.percent(process.cpu_percent));
  row.cells.cpu.style.setProperty("--part", `${Math.min(100, process.cpu_percent || 0)}%`);
  say(row.cells.memory, figures.memoryOf(process));
  say(row.directory, directory);
  if (row.command.lastChild.data !== rest) row.command.lastChild.data = rest;
  set(row.cells.command, "title", command);
  set(row.open, "aria-expanded", pid === table.opened);
  mark(row.node, "gone", gone);
}

// Rows that are pointed at, focused or selected keep their order.
function isRead() {
  const selection = getSelection();
  return table.held || table.byKeyboard && table.body.contains(document.activeElement)
    || !selection.isCollapsed && table.body.contains(selection.anchorNode);
}

function showProcesses() {
  const {column, descending} = chosen;
  const whole = wantsEveryProcess() && everyProcess;
  const source = whole || summary.processlist;
  const filter = table.filter.value.trim();
  const fitting = filter ? source.filter(process => figures.matches(process, filter)) : source;
  const found = whole ? figures.sorted(fitting, column, descending)
    : figures.busiest(fitting, column, descending, rowsThatFit());
  const now = new Map([...source, ...table.aside].map(process => [process.pid, process]));
  table.first = Math.min(table.first, Math.max(0, Math.ceil(found.length / PROCESS_PAGE) - 1) * PROCESS_PAGE);
  let pids = found.slice(table.first, table.first + PROCESS_PAGE).map(process => process.pid);
  if (table.seen.size && isRead()) {
    pids = [...table.seen.keys()];
  } else if (table.opened !== null && !pids.includes(table.opened)) {
    pids.unshift(table.opened);
  }
  table.seen = new Map(pids.map(pid => [pid, now.get(pid) || table.seen.get(pid)]).filter(([, process]) => process));
  const rows = [];
  for (const [pid, process] of table.seen) {
    const gone = !now.has(pid);
    rows.push({pid, process, gone});
    if (pid !== table.opened) continue;
    const parent = now.get(process.ppid);
    rows.push({pid, details: figures.processDetails(process, parent && parent.name, gone)});
  }
  table.rows.show(rows, row => `${row.pid}${row.details ? " details" : ""}`, fillProcess);
  showProcessWords(found.length, whole);
}

function showProcessWords(found, whole) {
  const {total, running, thread} = summary.processcount;
  say(byId("process-counts"), figures.known(total) ? `${total} · ${running} running · ${thread} threads` : "");
  const last = Math.min(found, table.first + PROCESS_PAGE);
  const largest = chosen.column === "memory" && chosen.descending;
  let words = largest ? `the ${found} with the most memory` : `the ${found} busiest`;
  if (whole) words = found > PROCESS_PAGE ? `${table.first + 1} to ${last} of ${found}` : `${found} of ${whole.length}`;
  if (!isServed("processlist")) words = OFF;
  say(byId("process-note"), table.held ? `${words}; the order stands still while you point at it` : words);
  say(table.all, table.every ? "Show fewer" : `Show all ${figures.known(total) ? total : ""}`.trim());
  set(table.all, "aria-expanded", table.every);
  show(table.all, table.every || !figures.known(total) || total > found);
  show(byId("pages-back"), table.first > 0);
  show(byId("pages-on"), last < found && Boolean(whole));
  for (const button of table.node.querySelectorAll("[data-column]")) {
    const sorts = button.dataset.column === chosen.column;
    set(button.parentNode, "aria-sort", sorts ? chosen.descending ? "descending" : "ascending" : null);
  }
}

function reorder() {
  table.seen = new Map([...table.seen].filter(([pid]) => pid === table.opened));
  const held = table.held;
  table.held = false;
  if (summary) showProcesses();
  table.held = held;
  if (summary && wantsEveryProcess() && !everyProcess) refresh();
}

function openProcess(pid) {
  table.opened = table.opened === pid ? null : pid;
  showProcesses();
  const process = table.seen.get(table.opened);
  if (process && figures.isCut(process)) resume();
}

function sortBy(column) {
  const same = column === chosen.column;
  keepSettings({column, descending: same ? !chosen.descending : figures.COLUMNS[column].descending});
  table.first = 0;
  reorder();
}

// -- all of it ---------------------------------------------

function showMore() {
  const there = {raid: Object.keys(summary.raid).length, wifi: summary.wifi.length, folders: extras.folders.length,
    monitor: extras.monitor.length, irq: extras.irq.length};
  for (const [what, many] of Object.entries(there)) {
    const id = `more-${what}`;
    show(document.querySelector(`[data-panel="${id}"]`), many > 0);
    if (!many || chosen.open.includes(id)) setPanel(id, many > 0);
  }
  show(byId("more"), Object.values(there).some(many => many > 0));
}

function showAll() {
  const alerts = summary.alert.map(event => figures.alert(event, summary.at, summary.processlist));
  keepPoints();
  showHeader(alerts);
  showWrong(alerts);
  showCpu();
  showMemory();
  showLoad();
  for (const id of ["network", "diskio", "fs", "sensors"]) lists[id].show(summary[id]);
  lists.alerts.show(alerts);
  showProcesses();
  showMore();
  for (const panel of panels.values()) panel();
  forgetCharts();
}

// -- asking: one refresh at a time, one timer --------------

const asking = {
  timer: 0, aborter: null,                     // of the refresh that is under way
  due: 0,                                      // performance.now() of the next one, in seconds
  failures: 0, paused: false, stopped: false,
  slow: 0,                                     // seconds that answers took of late
  moved: 0,                                    // when `at` last moved
  known: new Set(),                            // what `catchUp` has asked since the last gap
  extra: 0,                                    // whose turn it is
};
const seconds = () => performance.now() / 1000;

function wait(length, then) {
  clearTimeout(asking.timer);
  asking.timer = setTimeout(then, length * 1000);
}

async function question(path) {
  let more = {};
  try {
    const answer = await fetch(path, {cache: "no-store", signal: asking.aborter.signal});
    if (answer.ok) return await answer.json();
    more = {status: answer.status, retryAfter: answer.headers.get("Retry-After")};
  } catch (refused) { /* no answer, or none of this daemon */ }
  throw Object.assign(new Error(path), {expected: true, ...more});
}

// null where it is refused.
const wish = path => question(path).catch(problem => {
  if (problem.status === 401) throw problem;
  return null;
});

// The process list while it is looked through, and in turn one of what no summary holds.
function wishes() {
  const open = Object.keys(extras).filter(what => panels.has(`more-${what}`) && isServed(what));
  asking.extra += 1;
  const extra = open[asking.extra % (open.length || 1)];
  return [wantsEveryProcess() && isServed("processlist") ? wish("api/2/processlist") : null,
    extra ? wish(`api/2/${extra}`).then(told => { if (told) extras[extra] = told; }) : null];
}

async function refresh() {
  if (asking.aborter || asking.paused || asking.stopped || document.hidden) return;
  const aborter = asking.aborter = new AbortController();
  const asked = seconds();
  asking.due = asked + Number(chosen.refresh);
  wait(GIVE_UP_SECONDS, () => aborter.abort());
  try {
    const [told, every, aside] = await answers();
    if (aborter.signal.aborted) return;        // hidden or paused meanwhile
    everyProcess = every;
    table.aside = aside;
    heard(told, asked);
    await catchUp();
  } catch (problem) {
    if (asking.aborter !== aborter) return;
    failed(problem);
    if (!problem.expected) throw problem;      // a bug: the console has it, the page goes on
  } finally {
    if (asking.aborter === aborter) {
      asking.aborter = null;
      if (!asking.stopped) wake();
    }
  }
}

async function answers() {
  const [told, every] = await Promise.all([question("api/2/summary"), ...wishes()]);
  const whole = figures.complete(told);
  const opened = [...every || [], ...whole.processlist].find(({pid}) => pid === table.opened);
  if (table.opened === null || opened && !figures.isCut(opened)) return [whole, every, []];
  const aside = await wish(`api/2/processlist/pid/${table.opened}`);
  return [whole, every, aside ? Object.values(aside)[0] : []];
}

function heard(told, asked) {
  const took = seconds() - asked;
  const pace = figures.pace(Number(chosen.refresh), told.cached_time, took);
  asking.slow = Math.max(took, asking.slow * 0.7);
  const origin = performance.timeOrigin / 1000;
  asking.due = figures.together(origin + asked + pace, pace) - origin;
  asking.failures = 0;
  const moved = !summary || told.at !== summary.at;
  if (moved) asking.moved = seconds();
  if (summary && Math.abs(told.at - summary.at) > Math.max(gapSeconds(), 3 * pace)) asking.known.clear();
  summary = told;
  if (moved) showAll();
  if (seconds() - asking.moved > 3 * pace) state("Offline");
  else state("Live", figures.paceInWords(figures.pace(Number(chosen.refresh), told.cached_time, asking.slow),
    Math.max(Number(chosen.refresh), told.cached_time || 0)));
}

function failed(problem) {
  asking.failures += 1;
  asking.known.clear();
  asking.due = seconds() + figures.retry(asking.failures, Math.random(), problem.retryAfter);
  asking.stopped = problem.status === 401;
  state(problem.status === 401 ? "Password" : problem.status === 403 ? "Refused" : "Offline");
}

// Histories that know more than this page, and what only some machines have. It counts for the pace, too.
async function catchUp() {
  const {aborter} = asking;
  const begun = seconds();
  for (const what of [...wantedPast(), ...Object.keys(extras).filter(isServed)]) {
    if (asking.known.has(what)) continue;
    const told = await wish(what in extras ? `api/2/${what}` : `api/2/${what}/history`);
    asking.due = Math.max(asking.due, begun + figures.pace(0, 0, seconds() - begun));
    if (aborter.signal.aborted) return;
    asking.known.add(what);
    if (what in extras) extras[what] = told || [];
    else takeHistory(what, told || {});
    showAll();
  }
}

// Sleep until the next question is due; the age of stale figures is told meanwhile.
function wake() {
  const left = asking.due - seconds();
  if (left <= 0) refresh();
  else wait(showAge() ? Math.min(1, left) : left, wake);
}

function interrupt() {
  clearTimeout(asking.timer);
  if (asking.aborter) asking.aborter.abort();
  asking.aborter = null;
}

function resume() {
  if (!asking.aborter) interrupt();
  refresh();
}

// The only live region: it changes only when the state does.
function state(word, more) {
  asking.state = word;
  say(byId("status"), more ? `${word}, ${more}` : word);
  set(document.body, "data-link", word.toLowerCase());
  show(byId("reload"), word === "Password");
  showAge();
}

function showAge() {
  const stale = asking.state !== "Live" && asking.state !== "Paused";
  const age = summary ? Math.max(0, Math.round(seconds() - asking.moved)) : 0;
  say(byId("age"), !stale ? "" : asking.state === "Password" ? "needed: reload to be asked for it"
    : summary ? `figures are ${figures.duration(age)} old` : "no answer yet");
  const title = `${asking.state} · ${byId("host").textContent}`;
  if (stale && document.title !== title) document.title = title;
  return stale;
}

// -- what the reader does ----------------------------------

function listen() {
  for (const button of document.querySelectorAll(".toggle")) {
    const id = button.dataset.panel;
    const section = button.closest("section");
    const panel = element("div", "panel");
    panel.id = id;
    panel.hidden = true;
    section.append(panel);
    set(button, "aria-controls", id);
    set(button, "aria-expanded", false);
    const name = `${button.textContent} of ${section.getAttribute("aria-label")}`;
    if (/-(all|hour)$/.test(id)) set(button, "aria-label", name);        // several go by the same word
    button.addEventListener("click", () => {
      keepSettings({open: toggled(id)});
      setPanel(id, chosen.open.includes(id));
      if (summary && wantedPast().some(plugin => !past[plugin])) refresh();
    });
  }
  for (const button of table.node.querySelectorAll("[data-column]")) {
    button.addEventListener("click", () => sortBy(button.dataset.column));
  }
  table.filter.addEventListener("input", reorder);
  table.filter.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !table.filter.value) return;
    table.filter.value = "";
    reorder();
  });
  table.all.addEventListener("click", () => {
    table.every = !table.every;
    table.first = 0;
    reorder();
  });
  for (const [id, step] of [["pages-back", -PROCESS_PAGE], ["pages-on", PROCESS_PAGE]]) {
    byId(id).addEventListener("click", () => {
      table.first = Math.max(0, table.first + step);
      reorder();
    });
  }
  for (const [kind, held] of [["pointerenter", true], ["pointerleave", false]]) {
    table.node.addEventListener(kind, event => {
      if (event.pointerType !== "mouse") return;
      table.held = held;
      if (summary) showProcesses();
    });
  }
  addEventListener("keydown", () => { table.byKeyboard = true; });
  addEventListener("pointerdown", () => { table.byKeyboard = false; });
  byId("main").addEventListener("pointermove", moveHair);
  byId("main").addEventListener("pointerleave", moveHair);
  addEventListener("resize", () => { if (summary) showProcesses(); });

  for (const key of ["refresh", "theme", "units"]) {
    byId(key).addEventListener("change", event => {
      keepSettings({[key]: event.target.value});
      applySettings();
      if (summary) showAll();
      if (key === "refresh") resume();
    });
  }
  byId("pause").addEventListener("click", () => {
    asking.paused = !asking.paused;
    set(byId("pause"), "aria-pressed", asking.paused);
    if (!asking.paused) { resume(); return; }
    interrupt();
    state("Paused");
  });
  byId("menu").addEventListener("click", () => {
    const open = byId("menu").getAttribute("aria-expanded") !== "true";
    set(byId("menu"), "aria-expanded", open);
    mark(byId("controls"), "open", open);
  });
  byId("reload").addEventListener("click", () => location.reload());
  byId("skip").addEventListener("click", event => {       // not by the fragment, which holds settings
    event.preventDefault();
    document.querySelector("#processes h2").focus();
  });

  document.addEventListener("visibilitychange", () => document.hidden ? interrupt() : resume());
  addEventListener("pageshow", resume);
  addEventListener("online", resume);
  addEventListener("hashchange", () => {
    readSettings();
    applySettings();
    resume();
  });
  matchMedia("print").addEventListener("change", event => {
    for (const {hidden, dataset: {panel}} of document.querySelectorAll(".toggle")) {
      setPanel(panel, event.matches && !hidden || chosen.open.includes(panel));
    }
  });
}

readSettings();
applySettings();
listen();
for (const id of chosen.open) if (PANELS[id]) setPanel(id, true);
refresh();
