"""glancesd: the Glances REST API 2 of a Linux machine, from /proc and /sys, with Python's standard library alone.

The way of a request, and the floors of the house: imports only go down this list.

    __main__        the command line: what is wrong with it is one line and exit status 2
    daemon          puts the parts together, keeps them through a reload, ends them          systemd, check
    sockets         the listening socket and its URL                                         tls
    server/server   sockets, places, time limits: bytes in, bytes out                        server/stock
    server/app      what answers a request: access first, then the table of routes
    server/access   may this caller ask this? (network, Host, password)                      server/passwords
    server/http1    the head of a request, from bytes (pure)
    api/routes      the one ordered table of paths                                           api/endpoints
    api/v2          the wire names of API 2: a reading → JSON, and what the history keeps    api/pages, query, health
    sources         the one table of what can be asked for
    watch           values against limits → views, alerts                                    ticker
    readings        fresh enough? serve. Else sample once, whoever else is waiting           tasks/*
    alerts          the log of events                                                        history
    limits          which values have limits, and how they stand to them
    settings        one typed value from command line, file and defaults
    collectors/*    parse the kernel's text (pure), sample it, derive what happened (pure)
    roots           the only place that opens a file of the kernel          delta, patience, threads, log, answers
"""

__version__ = "1.0.0"
