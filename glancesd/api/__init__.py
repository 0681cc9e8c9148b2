"""api: readings to JSON: a dialect for each version of the Glances API, the routes to it, and what probes are told."""
