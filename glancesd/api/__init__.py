"""api: readings to JSON. `routes` is the one table of paths; `v2` speaks Glances API 2; `health` speaks to probes."""
