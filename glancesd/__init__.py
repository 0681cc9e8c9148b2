"""glancesd: the Glances REST API (2, 3, 4) of a Linux machine, /metrics and a page, by the standard library alone.

The way of a request, and the floors of the house. Imports only go down this list, and on a line to the right; a test
reads it.

    __main__                             the command line: what is wrong with it is one line and exit status 2
    daemon, tls, sockets                 puts the parts together, keeps them through a reload, ends them
    check                                asks a running daemon for its health
    server/server, server/stock          the accepting thread: a place and a thread for each connection
    server/connection                    a connection's thread: its requests in turn
    server/replies, server/places        the bytes of answers; how many connections, how long, and which go first
    server/app                           what answers a request: access first, then the paths of the site
    server/access                        may this caller ask this? (network, Host, password)
    server/passwords, server/hashing     the password file and HTTP Basic; whose password is hashed next
    server/http1                         the head of a request, from bytes (pure)
    server/__init__
    api/site                             every path: health, the versions of the API, and what else is served
    metrics/*                            GET /metrics, with node_exporter's names: readings → text for Prometheus
    dashboard/*                          the page at `/`: its files, for a browser
    api/v4, api/v4_paths, api/v4_processes, api/v3, api/v2, api/fields
                                         the wire names of one version of the API each: a dialect is a value
    api/containers, api/checks           the wire names of containers; of ports, cards and application monitors
    api/alike, api/processlist           what versions have in common
    api/endpoints                        what each route of a version answers
    api/summary, api/shared              what small displays ask for; answers made once for all who ask
    api/health                           what a probe is told
    api/pages                            a plugin's value as JSON, made once for a reading
    api/dialect, api/routes, api/query   what a dialect is made of
    api/__init__
    watch, ticker                        figures against limits → views, alerts; their history; the daemon's own clock
    sources                              the one table of what can be asked for
    readings                             fresh enough? serve. Else sample once, whoever else is waiting
    tasks/*                              what would keep a request waiting: commands, folders, ports, engines
    alerts, history                      the log of events; the latest points of each figure
    limits                               which figures have limits, and how they stand to them
    containers                           what control groups and engines say of one container
    figures                              the elements of a source by name, and what the history keeps of them
    settings/*                           one typed value from command line, file and defaults
    machine, children, signals           names and time zone; processes to wait for; what wakes the main thread
    systemd                              what a service manager and its service tell each other
    collectors/*                         parse the kernel's text (pure), sample it, derive what happened (pure)
    patience, threads                    calls that may not return; work beside the caller's
    roots, delta, log                    the only place that opens a file of the kernel; rates; the log
    parsing                              what every parser of such a file takes, gives and raises
    answers, ip, lazy                    what passes between the server and the endpoints
    typed                                NamedTuple and the names of `typing`, cheap to import
    __init__
"""

__version__ = "1.0.0"
