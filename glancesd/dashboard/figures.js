// figures: what the page shows, made of what the API serves: units, names, states, order, the last hour, the pace.
// Nothing here knows the document or the clock: each function is pure, or changes only the series that it is given.

export const NONE = "–";                       // what is not known is never shown as 0
export const HOUR_SECONDS = 3600;
export const POINTS_MOST = 720;                // of one series: an hour at a point every five seconds

export const known = value => typeof value === "number" && Number.isFinite(value);

// -- numbers and their units ------------------------------------------------------------------------------------------

// Three significant digits, without an exponent: 0.42, 9.87, 38.2, 1024.
export function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

// `units` from small to large, each `step` times the one before. A unit is left before its number has four digits.
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
// A network's rate, which is served in bytes a second, in the units that the reader chose.
export const networkRate = (value, units) => units === "bytes" ? bytesPerSecond(value) : bitsPerSecond(value);

// Served to a tenth of a percent.
export const percent = value => known(value) ? `${value.toFixed(value >= 99.95 ? 0 : 1)} %` : NONE;

// A sensor tells a number, or a word: "SLP" of a disk that sleeps.
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

// -- the machine's time: `offset` is what its local time is ahead of UTC, in seconds ----------------------------------

export const clock = (epoch, offset) => new Date((epoch + offset) * 1000).toISOString().slice(11, 19);

// The time of day; of another day than `now`, its date too.
export function moment(epoch, offset, now) {
  const text = new Date((epoch + offset) * 1000).toISOString();
  const today = new Date((now + offset) * 1000).toISOString();
  return text.slice(0, 10) === today.slice(0, 10) ? text.slice(11, 16) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

// "2026-11-26T00:08:08.123456", which is local time without a zone → epoch seconds.
export function epochOf(text, offset) {
  const [date, time] = String(text).split("T");
  const [year, month, day] = date.split("-").map(Number);
  const [hour, minute, second] = (time || "0:0:0").split(":").map(Number);
  return Date.UTC(year, month - 1, day, hour, minute) / 1000 + second - offset;
}

// -- foreign text -----------------------------------------------------------------------------------------------------

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\u001b": "\\e"};

// A name as it is shown: what controls the line or its direction stands there as an escape.
export function visible(text) {
  return String(text).replace(UNSEEN, found => {
    if (SHORT[found]) return SHORT[found];
    const code = found.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

// -- states -----------------------------------------------------------------------------------------------------------

const STATES = {
  CAREFUL: {rank: 1, shape: "◆", word: "careful"},
  WARNING: {rank: 2, shape: "▲", word: "warning"},
  CRITICAL: {rank: 3, shape: "■", word: "critical"},
};
export const NORMAL = {rank: 0, shape: "", word: ""};

export const state = name => STATES[String(name).replace(/_LOG$/, "")] || NORMAL;
export const worse = (one, other) => other.rank > one.rank ? other : one;

// The worst state among some fields of an element ("" of a plugin that is one object); among all of them without names.
export function stateOf(states, plugin, element, ...fields) {
  const found = ((states || {})[plugin] || {})[element] || {};
  return (fields.length ? fields : Object.keys(found)).map(field => state(found[field])).reduce(worse, NORMAL);
}

// -- alerts: [begin, end or -1, state, type, maximum, mean, minimum, sum, count, processes, …] -------------------------

const SUBJECTS = [
  [/^CPU_IOWAIT$/, "CPU iowait"], [/^CPU_(.*)$/, "CPU $1"], [/^MEMSWAP$/, "Swap"], [/^MEM$/, "Memory"],
  [/^LOAD$/, "Load, 15 min, of each CPU"], [/^LOAD_MIN5$/, "Load, 5 min, of each CPU"], [/^FS_(.*)$/s, "File system $1"],
  [/^NETWORK_(.*)_RX$/s, "$1 received"], [/^NETWORK_(.*)_TX$/s, "$1 sent"],
  [/^DISKIO_(.*)_RX$/s, "$1 reads"], [/^DISKIO_(.*)_TX$/s, "$1 writes"],
  [/^SENSORS_TEMPERATURE_(?:CORE|HDD)_(.*)$/s, "Temperature of $1"], [/^SENSORS_FAN_SPEED_(.*)$/s, "Fan $1"],
  [/^SENSORS_BATTERY_.*$/s, "Battery, missing"],
];
const PERCENTS = /^(CPU_(?!CTX_SWITCHES)|MEM|FS_|SENSORS_BATTERY|QUICKLOOK)/;

function alertSubject(type) {
  const rule = SUBJECTS.find(([pattern]) => pattern.test(type));
  const text = rule ? type.replace(rule[0], rule[1]) : type;
  return visible(type.startsWith("CPU_") ? text.slice(0, 4) + text.slice(4).toLowerCase() : text);
}

function alertValue(type, value) {
  if (!known(value)) return NONE;
  if (PERCENTS.test(type)) return percent(value);
  if (type.startsWith("SENSORS_TEMPERATURE")) return sensor(value, "C");
  if (type.startsWith("SENSORS_FAN")) return sensor(value, "rpm");
  return type.startsWith("DISKIO_") ? bytesPerSecond(value) : value >= 1000 ? count(value) : digits(value);
}

// An event, in words. `seconds`: how long it lasted, or lasts at the moment `at`.
export function alert([begin, end, name, type, maximum, mean, minimum, , , processes], at) {
  const running = end < 0;
  return {
    type, begin, running, state: state(name), subject: alertSubject(String(type)),
    seconds: Math.max(0, (running ? at : end) - begin),
    maximum: alertValue(type, maximum), mean: alertValue(type, mean), minimum: alertValue(type, minimum),
    processes: (Array.isArray(processes) ? processes : []).map(process => `${visible(process.name)} (${process.pid})`),
  };
}

// What the window's title begins with: the worst shape and the number of alerts that run.
export function title(alerts, hostname) {
  const running = alerts.filter(entry => entry.running);
  const worst = running.map(entry => entry.state).reduce(worse, NORMAL);
  return running.length ? `${worst.shape} ${running.length} · ${hostname}` : hostname;
}

// -- memory -----------------------------------------------------------------------------------------------------------

// Used ‖ cache ‖ free, in bytes, which together are the total: what can be taken back from the cache is not used.
export function memoryParts(mem) {
  if (!known(mem.total) || !known(mem.available)) return null;
  const cache = Math.min((mem.buffers || 0) + (mem.cached || 0), mem.available);
  return {used: mem.total - mem.available, cache, free: mem.available - cache, total: mem.total};
}

// -- the answer -------------------------------------------------------------------------------------------------------

const LISTED = ["percpu", "network", "diskio", "fs", "sensors", "alert", "batpercent", "wifi", "processlist"];
const KEYED = ["system", "cpu", "load", "mem", "memswap", "processcount", "raid", "states"];

// A summary in which each part is there, if empty: what is turned off, or unknown to an older daemon, is nothing.
export function complete(told) {
  const whole = {...told};
  for (const part of LISTED) if (!Array.isArray(whole[part])) whole[part] = [];
  for (const part of KEYED) if (!whole[part] || typeof whole[part] !== "object") whole[part] = {};
  if (!known(whole.at)) whole.at = 0;
  return whole;
}

// -- lists ------------------------------------------------------------------------------------------------------------

export const ROWS = 8;

// The rows that matter, by `rank` (an array of numbers, most first), equal ones in the order in which they came.
export function ranked(rows, rank) {
  const keyed = rows.map((row, place) => ({row, place, by: rank(row)}));
  keyed.sort((one, other) => {
    for (let i = 0; i < one.by.length; i++) if (one.by[i] !== other.by[i]) return other.by[i] - one.by[i];
    return one.place - other.place;
  });
  return keyed.map(entry => entry.row);
}

// Rates of late by name, so that a list in the order of its rates does not jump with each of them.
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

// "8 cores: busiest 3 at 98.0 %, 0 at 40.0 %; all others below 12.0 %".
export function coresInWords(cores) {
  const order = ranked(cores.filter(core => known(core.total)), core => [core.total]);
  const words = order.slice(0, 3).map(core => `${core.cpu_number} at ${percent(core.total)}`);
  return `${cores.length} ${cores.length === 1 ? "core" : "cores"}, busiest: ${words.join(", ") || NONE}`;
}

// -- processes --------------------------------------------------------------------------------------------------------

const text = value => String(value === null || value === undefined ? "" : value);
const number = value => known(value) ? value : -1;
export const residentBytes = process => (process.memory_info || [])[0];
// A kernel thread has no memory of its own.
export const memoryOf = process => (process.memory_info || [])[1] === 0 ? NONE : bytes(residentBytes(process));
export const commandOf = process => visible(text(process.cmdline) || text(process.name));

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

// The opened row of a process: pairs of a word and what is known.
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

// The directory that a command line begins with, and the rest: what is cut for want of room is not the program's name.
export function splitCommand(command) {
  const directory = /^\/(?:[^\s/]+\/)+(?=[^\s/])/.exec(command);
  return directory ? [directory[0], command.slice(directory[0].length)] : ["", command];
}

// Sorted by a column; what is equal there by CPU, memory, pid, so that idle processes keep their places.
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

// Every word of the filter is in the name, the arguments, the user or the pid.
export function matches(process, filter) {
  const whole = [process.name, process.cmdline, process.username, process.pid].map(text).join("\n").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every(word => whole.includes(word));
}

// What the summary's list can show truly: the busiest, or, sorted by memory, the few with the most of it.
export function busiest(processes, column, descending, most) {
  const byMemory = column === "memory" && descending;
  const chosen = sorted(processes, byMemory ? "memory" : "cpu", true).slice(0, Math.min(most, byMemory ? 10 : 25));
  return sorted(chosen, column, descending);
}

// -- the last hour: a series is {times, values}, oldest first, epoch seconds ------------------------------------------

export const series = () => ({times: [], values: []});

// Points as the history routes give them.
export function fromHistory(points, offset) {
  const made = series();
  for (const [at, value] of points || []) if (known(value)) addPoint(made, epochOf(at, offset), value, 0);
  return made;
}

// The newest point gives way to the next one until it is `spacing` after the one before: as the daemon keeps them.
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

// What the daemon knows now, and before that what this page saw: a daemon that was started anew knows less.
export function merged(seen, told) {
  const until = told.times.length ? told.times[0] : Infinity;
  const older = seen.times.filter(at => at < until).length;
  return {times: [...seen.times.slice(0, older), ...told.times].slice(-POINTS_MOST),
          values: [...seen.values.slice(0, older), ...told.values].slice(-POINTS_MOST)};
}

// The lowest scale of 1, 2 or 5 times a power of ten that holds a value.
export function niceTop(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(top => top >= value * 0.999);
}

// An SVG path of straight lines, `width` for the hour before `end`. A gap longer than `gap` seconds is none's line.
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

// Where a series stood at a moment: the nearest point within `gap`, else undefined.
export function valueAt({times, values}, at, gap) {
  let nearest = -1;
  times.forEach((time, place) => {
    if (nearest < 0 || Math.abs(time - at) < Math.abs(times[nearest] - at)) nearest = place;
  });
  return nearest >= 0 && Math.abs(times[nearest] - at) <= gap ? values[nearest] : undefined;
}

// From where to where a series went.
export const span = ({values}, format) =>
  values.length ? `${format(Math.min(...values))} to ${format(Math.max(...values))} in 1 h` : "";

// A chart, for those who do not see it: "CPU, last hour: lowest 2 %, highest 97 %, now 38 %". `lines`: a word for each.
export function hourInWords(subject, lines, all, format) {
  const said = all.map(({values}, place) => values.length
    ? `${lines[place]} lowest ${format(Math.min(...values))}, highest ${format(Math.max(...values))}, `.trimStart()
      + `now ${format(values[values.length - 1])}`
    : `${lines[place]} nothing known yet`.trim());
  return `${visible(subject)}, last hour: ${said.join("; ")}`;
}

// Means of `slots` equal parts of the hour before `end`, oldest first; undefined where nothing was seen.
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

// -- the pace ---------------------------------------------------------------------------------------------------------

export const PACES = [1, 2, 5, 10, 30];
const SAID = [...PACES, 60, 150];

// Seconds from one question to the next: a tab takes no more than a tenth of a slow machine.
export const pace = (chosen, cachedTime, tookSeconds) => Math.max(chosen, cachedTime || 0, 10 * tookSeconds);

// The pace in words, in steps: a status that is read aloud must not change with each answer.
export function paceInWords(seconds, chosen) {
  const slow = seconds > chosen * 1.25;
  return `every ${slow ? SAID.find(step => step >= seconds) || SAID[SAID.length - 1] : chosen} s${slow ? " (slow answers)" : ""}`;
}

// Seconds to the next try after so many failures in a row; `chance` from 0 to 1. What Retry-After asks is kept.
export function retry(failures, chance, retryAfter) {
  const wait = [2, 4, 8][failures - 1] || 15;
  return Math.max(wait * (0.8 + 0.4 * chance), Math.min(Number(retryAfter) || 0, HOUR_SECONDS));
}

// -- settings ---------------------------------------------------------------------------------------------------------

const CHOICES = {refresh: PACES.map(String), theme: ["auto", "light", "dark"], units: ["bits", "bytes"]};

// "#refresh=5&theme=dark&units=bytes" → what of it is a setting.
export function settings(fragment) {
  const chosen = {};
  for (const pair of fragment.replace(/^#/, "").split("&")) {
    const [name, value] = pair.split("=");
    if (Object.prototype.hasOwnProperty.call(CHOICES, name) && CHOICES[name].includes(value)) chosen[name] = value;
  }
  return chosen;
}
