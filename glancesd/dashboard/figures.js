// figures: units, names, states, order, the last hour, the pace. All is pure, but for a series that is given.

export const NONE = "–";                       // for what is not known: never a 0
export const HOUR_SECONDS = 3600;
export const POINTS_MOST = 720;                // of one series

export const known = value => typeof value === "number" && Number.isFinite(value);

// -- numbers and their units -------------------------------

// Three significant digits, without an exponent: 0.42, 9.87, 38.2, 1024.
export function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

// `units` from small to large, each `step` times the one before: as few digits as fit.
function scaled(value, step, units) {
  if (!known(value)) return NONE;
  let rank = 0;
  while (Math.abs(value) >= 999.5 && rank < units.length - 1) {
    value /= step;
    rank += 1;
  }
  return `${rank ? digits(value) : Math.round(value)} ${units[rank]}`;
}

export const bytes = value => scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
export const count = value => scaled(value, 1000, ["", "k", "M", "G"]).trim();
export const bytesPerSecond = value => scaled(value, 1000, ["B/s", "kB/s", "MB/s", "GB/s"]);
export const bitsPerSecond = value =>
  known(value) ? scaled(value * 8, 1000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"]) : NONE;
export const networkRate = (value, units) => units === "bytes" ? bytesPerSecond(value) : bitsPerSecond(value);

export const percent = value => known(value) ? `${value.toFixed(value >= 99.95 ? 0 : 1)} %` : NONE;

// A sensor shows a number, or a word: "SLP" of a sleeping disk.
export function sensor(value, unit) {
  if (!known(value)) return value ? visible(String(value)) : NONE;
  if (unit === "C" || unit === "F") return `${value.toFixed(1)} °${unit}`;
  return unit ? `${value} ${visible(unit)}` : String(value);
}

// Two units are enough: 3 d 4 h, 12 min, 40 s.
export function duration(seconds) {
  if (!known(seconds)) return NONE;
  let left = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const whole = Math.floor(left / length);
    left -= whole * length;
    if (whole) parts.push(`${whole} ${unit}`);
    else if (parts.length) break;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

// -- the machine's time: `offset` is what its local time is ahead of UTC, in seconds ----

export const clock = (epoch, offset) => new Date((epoch + offset) * 1000).toISOString().slice(11, 19);

// The time of day, with its date on another day than `now`.
export function moment(epoch, offset, now) {
  const text = new Date((epoch + offset) * 1000).toISOString();
  const today = new Date((now + offset) * 1000).toISOString();
  return text.slice(0, 10) === today.slice(0, 10) ? text.slice(11, 16) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

// "2026-11-26T00:08:08.5", local time without a zone → epoch seconds.
export function epochOf(text, offset) {
  const [date, time] = String(text).split("T");
  const [year, month, day] = date.split("-").map(Number);
  const [hour, minute, second] = (time || "0:0:0").split(":").map(Number);
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 + second - offset;
}

// -- foreign text ------------------------------------------

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\u001b": "\\e"};

// A name with escapes for what controls the line or its direction.
export function visible(text) {
  return String(text).replace(UNSEEN, found => {
    if (SHORT[found]) return SHORT[found];
    const code = found.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

// -- states ------------------------------------------------

const STATES = {
  CAREFUL: {rank: 1, shape: "◆", word: "careful"},
  WARNING: {rank: 2, shape: "▲", word: "warning"},
  CRITICAL: {rank: 3, shape: "■", word: "critical"},
};
export const NORMAL = {rank: 0, shape: "", word: ""};

export const state = name => STATES[String(name).replace(/_LOG$/, "")] || NORMAL;
export const worse = (one, other) => other.rank > one.rank ? other : one;

// The worst state of some fields of an element ("": the plugin is one object), or of all of them.
export function stateOf(states, plugin, element, ...fields) {
  const found = ((states || {})[plugin] || {})[element] || {};
  return (fields.length ? fields : Object.keys(found)).map(field => state(found[field])).reduce(worse, NORMAL);
}

const SECTIONS = {cpu: "CPU", mem: "Memory", memswap: "Swap", load: "Load", network: "Interface", diskio: "Disk",
  fs: "File system", sensors: "Sensor"};

// What is at WARNING or worse, the worst first: not every limit is one that makes an alert.
export function overLimits(states) {
  return ranked(Object.entries(states || {}).flatMap(([plugin, elements]) => Object.keys(elements).map(element => ({
    text: visible(`${SECTIONS[plugin] || plugin} ${element}`.trim()), state: stateOf(states, plugin, element)})))
    .filter(entry => entry.state.rank > 1), entry => [entry.state.rank]);
}

// -- alerts: [begin, end or -1, state, type, maximum, mean, minimum, sum, count, processes, …] ----

const SUBJECTS = [
  [/^CPU_IOWAIT$/, "CPU iowait"], [/^CPU_(.*)$/, "CPU $1"], [/^MEMSWAP$/, "Swap"], [/^MEM$/, "Memory"],
  [/^LOAD$/, "Load, 15 min, of each CPU"], [/^LOAD_MIN5$/, "Load, 5 min, of each CPU"],
  [/^FS_(.*)$/s, "File system $1"],
  [/^NETWORK_(.*)_RX$/s, "$1 received"], [/^NETWORK_(.*)_TX$/s, "$1 sent"],
  [/^DISKIO_(.*)_RX$/s, "$1 reads"], [/^DISKIO_(.*)_TX$/s, "$1 writes"],
  [/^SENSORS_TEMPERATURE_(?:CORE|HDD)_(.*)$/s, "Temperature of $1"], [/^SENSORS_FAN_SPEED_(.*)$/s, "Fan $1"],
  [/^SENSORS_BATTERY_.*$/s, "Battery, missing"],
  [/^CONTAINERS_(.*)_CPU$/s, "Container $1, CPU"], [/^CONTAINERS_(.*)_MEM$/s, "Container $1, memory"],
  [/^GPU_(.*)_PROC$/s, "GPU $1, load"], [/^GPU_(.*)_MEM$/s, "GPU $1, memory"],
  [/^GPU_(.*)_TEMPERATURE$/s, "Temperature of GPU $1"],
];
const PERCENTS = /^(CPU_(?!CTX_SWITCHES)|MEM|FS_|SENSORS_BATTERY|QUICKLOOK|CONTAINERS_|GPU_.*_(PROC|MEM)$)/;

function alertSubject(type) {
  const rule = SUBJECTS.find(([pattern]) => pattern.test(type));
  const text = rule ? type.replace(rule[0], rule[1]) : type;
  return visible(type.startsWith("CPU_") ? text.slice(0, 4) + text.slice(4).toLowerCase() : text);
}

function alertValue(type, value) {
  if (!known(value)) return NONE;
  if (PERCENTS.test(type)) return percent(value);
  if (/^SENSORS_TEMPERATURE|^GPU_.*_TEMPERATURE$/.test(type)) return sensor(value, "C");
  if (type.startsWith("SENSORS_FAN")) return sensor(value, "rpm");
  return type.startsWith("DISKIO_") ? bytesPerSecond(value) : value >= 1000 ? count(value) : digits(value);
}

const named = process => `${visible(process.name)} (${process.pid})`;

// An event keeps the processes of critical moments alone: of a running one, who has the most now.
function culprits(type, now) {
  const [column, word] = /^(CPU|LOAD)/.test(type) ? ["cpu", "busiest"] : /^MEM/.test(type) ? ["memory", "largest"] : [];
  return column ? sorted(now, column, true).slice(0, 1).map(process => `${word} now: ${named(process)}`) : [];
}

// An event in words; `at`: now, `now`: its processes.
export function alert([begin, end, name, type, maximum, mean, minimum, , , processes], at, now = []) {
  const running = end < 0;
  const kept = (Array.isArray(processes) ? processes : []).map(named);
  return {
    type, begin, running, state: state(name), subject: alertSubject(String(type)),
    seconds: Math.max(0, (running ? at : end) - begin),
    maximum: alertValue(type, maximum), mean: alertValue(type, mean), minimum: alertValue(type, minimum),
    processes: kept.length || !running ? kept : culprits(String(type), now),
  };
}

export function title(alerts, hostname) {
  const running = alerts.filter(entry => entry.running);
  const worst = running.map(entry => entry.state).reduce(worse, NORMAL);
  return running.length ? `${worst.shape} ${running.length} · ${hostname}` : hostname;
}

// -- details -----------------------------------------------

export const perSecond = (value, {time_since_update: window}) =>
  known(value) && window ? `${count(value / window)}/s` : NONE;

export const cpuFacts = ({cpu}) => [
  ...["user", "system", "nice", "iowait", "irq", "softirq", "steal", "guest", "guest_nice", "idle"]
    .filter(field => known(cpu[field])).map(field => [field.replace("_", " "), percent(cpu[field])]),
  ["context switches", perSecond(cpu.ctx_switches, cpu)], ["interrupts", perSecond(cpu.interrupts, cpu)],
  ["soft interrupts", perSecond(cpu.soft_interrupts, cpu)]];

export const memoryFacts = ({mem, memswap}) => [
  ...["total", "available", "used", "buffers", "cached", "shared", "active", "inactive"]
    .map(field => [field, bytes(mem[field])]),
  ["swap used", memswap.total === 0 ? "no swap" : bytes(memswap.used)],
  ["swapped in since boot", bytes(memswap.sin)], ["swapped out since boot", bytes(memswap.sout)]];

// -- memory ------------------------------------------------

// Used, cache and free bytes, together the total: cache that can be taken back is not used.
export function memoryParts(mem) {
  if (!known(mem.total) || !known(mem.available)) return null;
  const cache = Math.min((mem.buffers || 0) + (mem.cached || 0), mem.available);
  return {used: mem.total - mem.available, cache, free: mem.available - cache, total: mem.total};
}

// -- the answer --------------------------------------------

const LISTED = ["percpu", "network", "diskio", "fs", "sensors", "alert", "batpercent", "wifi", "processlist"];
const KEYED = ["system", "cpu", "load", "mem", "memswap", "processcount", "raid", "states"];

// A summary with every part: empty, if it was not told.
export function complete(told) {
  const whole = {...told};
  for (const part of LISTED) if (!Array.isArray(whole[part])) whole[part] = [];
  for (const part of KEYED) if (!whole[part] || typeof whole[part] !== "object") whole[part] = {};
  if (!known(whole.at)) whole.at = 0;
  return whole;
}

// -- lists -------------------------------------------------

export const ROWS = 8;

// Rows by `rank`, an array of numbers, highest first; equal ones keep their order.
export function ranked(rows, rank) {
  const keyed = rows.map((row, place) => ({row, place, by: rank(row)}));
  keyed.sort((one, other) => {
    for (let i = 0; i < one.by.length; i++) if (one.by[i] !== other.by[i]) return other.by[i] - one.by[i];
    return one.place - other.place;
  });
  return keyed.map(entry => entry.row);
}

// Rates by name, smoothed, so that a list in their order does not jump.
export function smoothed(before, rows, name, rate) {
  const now = new Map();
  for (const row of rows) {
    const past = before.get(row[name]);
    now.set(row[name], past === undefined ? rate(row) : past * 0.8 + rate(row) * 0.2);
  }
  return now;
}

export const isUp = row => row.is_up !== false;

// Served as Mbit/s times 2^20, 0 where it is not known.
export function linkSpeed(speed) {
  return speed ? scaled(speed / 1048576, 1000, ["Mbit/s", "Gbit/s"]) : "";
}

export function coresInWords(cores) {
  const order = ranked(cores.filter(core => known(core.total)), core => [core.total]);
  const words = order.slice(0, 3).map(core => `${core.cpu_number} at ${percent(core.total)}`);
  return `${cores.length} ${cores.length === 1 ? "core" : "cores"}, busiest: ${words.join(", ") || NONE}`;
}

// -- processes ---------------------------------------------

const text = value => String(value === null || value === undefined ? "" : value);
const number = value => known(value) ? value : -1;
export const residentBytes = process => (process.memory_info || [])[0];
// A kernel thread has no memory of its own.
export const memoryOf = process => (process.memory_info || [])[1] === 0 ? NONE : bytes(residentBytes(process));
export const commandOf = process => visible(text(process.cmdline) || text(process.name));
// The summary cuts long commands.
export const isCut = process => text(process.cmdline).endsWith("…");

// First click on a number: descending.
export const COLUMNS = {
  pid: {value: process => number(process.pid), descending: true},
  user: {value: process => text(process.username), descending: false},
  cpu: {value: process => number(process.cpu_percent), descending: true},
  memory: {value: process => number(residentBytes(process)), descending: true},
  command: {value: commandOf, descending: false},
};

const PROCESS_STATES = {R: "running", S: "sleeping", D: "waiting for a device", T: "stopped", t: "traced", Z: "zombie",
                        I: "idle", X: "dead", W: "waking", P: "parked"};

export function processDetails(process, parentName, ended) {
  const [read, written, , , counted] = process.io_counters || [];
  const [user, system] = process.cpu_times || [];
  const [resident, virtual] = process.memory_info || [];
  const parent = parentName ? `${process.ppid} (${visible(parentName)})` : text(process.ppid);
  return [
    ["Command", commandOf(process)], ["Name", visible(text(process.name))], ["Parent", parent || NONE],
    ["State", ended ? "ended" : PROCESS_STATES[process.status] || visible(text(process.status)) || NONE],
    ["Threads", text(process.num_threads) || NONE], ["Nice", text(process.nice) || NONE],
    ["CPU time", `${duration(user)} user, ${duration(system)} system`],
    ["Memory", `${bytes(resident)} resident (${percent(process.memory_percent)}), ${bytes(virtual)} virtual`],
    ["I/O", counted ? `${bytes(read)} read, ${bytes(written)} written` : "not told"],
  ];
}

// The directory that a command begins with, and the rest.
export function splitCommand(command) {
  const directory = /^\/(?:[^\s/]+\/)+(?=[^\s/])/.exec(command);
  return directory ? [directory[0], command.slice(directory[0].length)] : ["", command];
}

// By a column, then by CPU, memory, pid: idle processes keep their places.
export function sorted(processes, column, descending) {
  const {value} = COLUMNS[column];
  const sign = descending ? -1 : 1;
  const keyed = processes.map(process =>
    [value(process), -number(process.cpu_percent), -number(residentBytes(process)), process.pid, process]);
  const compare = (one, other) => typeof one === "string" ? one.localeCompare(other) : one - other;
  keyed.sort((one, other) => sign * compare(one[0], other[0]) || one[1] - other[1] || one[2] - other[2]
    || one[3] - other[3]);
  return keyed.map(entry => entry[4]);
}

// Whether every word of the filter is in the name, arguments, user or pid.
export function matches(process, filter) {
  const whole = [process.name, process.cmdline, process.username, process.pid].map(text).join("\n").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every(word => whole.includes(word));
}

// What the summary knows for sure: the 25 busiest, or the 10 with the most memory.
export function busiest(processes, column, descending, most) {
  const byMemory = column === "memory" && descending;
  const chosen = sorted(processes, byMemory ? "memory" : "cpu", true).slice(0, Math.min(most, byMemory ? 10 : 25));
  return sorted(chosen, column, descending);
}

// -- the last hour: a series is {times, values}, oldest first, epoch seconds ----

// The newest point of each item of a plugin's history, from the summary.
export const POINTS = {
  cpu: ({cpu}) => ({total: cpu.total, user: cpu.user, system: cpu.system}),
  mem: ({mem}) => ({percent: mem.percent}),
  memswap: ({memswap}) => memswap.total ? {percent: memswap.percent} : {},
  load: ({load}) => ({min1: load.min1, min5: load.min5, min15: load.min15}),
  network: ({network}) => each(network, "interface_name", {rx: "rx_rate_per_sec", tx: "tx_rate_per_sec"}),
  diskio: ({diskio}) => each(diskio, "disk_name",
    {read_bytes: "read_bytes_rate_per_sec", write_bytes: "write_bytes_rate_per_sec"}),
  fs: ({fs}) => each(fs, "mnt_point", {percent: "percent"}),
  sensors: ({sensors}) => each(sensors, "label", {value: "value"}),
};

function each(rows, key, fields) {
  const found = {};
  for (const row of rows) for (const item of Object.keys(fields)) found[`${row[key]}_${item}`] = row[fields[item]];
  return found;
}

export const series = () => ({times: [], values: []});

export function fromHistory(points, offset) {
  const made = series();
  for (const [at, value] of points || []) if (known(value)) addPoint(made, epochOf(at, offset), value, 0);
  return made;
}

// Points are `spacing` seconds apart: until then the newest is replaced, as the daemon does.
export function addPoint(points, at, value, spacing) {
  const {times, values} = points;
  if (!known(value) || times[times.length - 1] === at) return;
  while (times[times.length - 1] > at) {           // the machine's clock was set back
    times.pop();
    values.pop();
  }
  const last = times.length - 1;
  if (last >= 1 && times[last] - times[last - 1] < spacing) {
    times[last] = at;
    values[last] = value;
  } else {
    times.push(at);
    values.push(value);
  }
  let old = Math.max(0, times.length - POINTS_MOST);
  while (times[old] < at - HOUR_SECONDS) old += 1;
  times.splice(0, old);
  values.splice(0, old);
}

// What the daemon told, and before that what this page saw: a restarted daemon knows less.
export function merged(seen, told) {
  const until = told.times.length ? told.times[0] : Infinity;
  const older = seen.times.filter(at => at < until).length;
  return {times: [...seen.times.slice(0, older), ...told.times].slice(-POINTS_MOST),
          values: [...seen.values.slice(0, older), ...told.values].slice(-POINTS_MOST)};
}

// The lowest 1, 2 or 5 times a power of ten that is not below a value.
export function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(top => top >= value * 0.999);
}

// An SVG path of straight lines over the hour before `end`, broken where points are more than `gap` seconds apart.
export function path({times, values}, end, top, width, height, gap) {
  const x = at => ((at - end + HOUR_SECONDS) / HOUR_SECONDS * width).toFixed(1);
  const y = value => (height - Math.max(0, Math.min(1, value / top)) * height).toFixed(1);
  let drawn = "";
  times.forEach((at, place) => {
    if (at < end - HOUR_SECONDS) return;
    const joined = place > 0 && drawn && at - times[place - 1] <= gap;
    drawn += `${joined ? "L" : "M"}${x(at)} ${y(values[place])}`;
    if (!joined) drawn += "h0.1";                  // a point alone is seen too
  });
  return drawn;
}

// The value nearest to a moment, within `gap` seconds.
export function valueAt({times, values}, at, gap) {
  let nearest = -1;
  times.forEach((time, place) => {
    if (nearest < 0 || Math.abs(time - at) < Math.abs(times[nearest] - at)) nearest = place;
  });
  return nearest >= 0 && Math.abs(times[nearest] - at) <= gap ? values[nearest] : undefined;
}

export function span({values}, format) {
  const [lowest, highest] = [format(Math.min(...values)), format(Math.max(...values))];
  return lowest === highest ? lowest : `${lowest} to ${highest}`;
}

// A chart in words: "CPU, last hour: lowest 2 %, highest 97 %, now 38 %".
export function hourInWords(subject, lines, all, format) {
  const said = all.map(({values}, place) => values.length
    ? `${lines[place]} lowest ${format(Math.min(...values))}, highest ${format(Math.max(...values))}, `.trimStart()
      + `now ${format(values[values.length - 1])}`
    : `${lines[place]} nothing known yet`.trim());
  return `${visible(subject)}, last hour: ${said.join("; ")}`;
}

// Means of `slots` equal parts of the hour, oldest first; undefined without a point.
export function means({times, values}, end, slots) {
  const sums = new Array(slots).fill(0);
  const counts = new Array(slots).fill(0);
  times.forEach((at, place) => {
    const slot = Math.min(slots - 1, Math.floor((at - end + HOUR_SECONDS) / HOUR_SECONDS * slots));
    if (slot < 0) return;
    sums[slot] += values[place];
    counts[slot] += 1;
  });
  return sums.map((total, slot) => counts[slot] ? total / counts[slot] : undefined);
}

// Rows of five minutes, newest first. `columns`: {series, format}.
export function hourTable(columns, end, offset, slots = 12) {
  const all = columns.map(({series: points, format}) => means(points, end, slots).map(format));
  return Array.from({length: slots}, (_, row) => [
    clock(end - row * HOUR_SECONDS / slots, offset).slice(0, 5), ...all.map(column => column[slots - 1 - row])]);
}

// -- the pace ----------------------------------------------

export const PACES = [1, 2, 5, 10, 30];

// When to ask: tabs that ask at the same moments share a sample of the daemon, so each comes a little later than its pace
// until its epoch seconds are a multiple of it.
export function together(due, seconds) {
  const behind = due % seconds;
  return behind < 0.05 ? due - behind : due + Math.min(seconds - behind, seconds / 20);
}
const SAID = [...PACES, 60, 150];

// Seconds between questions: a tab takes at most a tenth of a slow machine's time.
export const pace = (chosen, cachedTime, tookSeconds) => Math.max(chosen, cachedTime || 0, 10 * tookSeconds);

// In steps: a status that is read aloud must not change with each answer.
export function paceInWords(seconds, chosen) {
  const slow = seconds > chosen * 1.25;
  const step = SAID.find(one => one >= seconds) || SAID[SAID.length - 1];
  return slow ? `every ${step} s (slow answers)` : `every ${chosen} s`;
}

// Seconds to the next try; `chance`: 0 to 1.
export function retry(failures, chance, retryAfter) {
  const wait = [2, 4, 8][failures - 1] || 15;
  return Math.max(wait * (0.8 + 0.4 * chance), Math.min(Number(retryAfter) || 0, HOUR_SECONDS));
}

// -- settings ----------------------------------------------

const CHOICES = {refresh: PACES.map(String), theme: ["auto", "light", "dark"], units: ["bits", "bytes"],
                 column: Object.keys(COLUMNS), descending: [true, false]};

// The valid settings in a value, whoever made it.
export function settings(given) {
  const chosen = {};
  const from = given && typeof given === "object" ? given : {};
  for (const name of Object.keys(CHOICES)) if (CHOICES[name].includes(from[name])) chosen[name] = from[name];
  if (Array.isArray(from.open)) chosen.open = from.open.map(String).slice(0, 100);
  return chosen;
}
