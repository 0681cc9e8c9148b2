"""bench: what glancesd costs, beside what a user would pick instead. `make bench`, `make soak`; standard library only.

    bench.py    the sections of one run                  soak.py     one million requests, or ten minutes
    report.py   bars, verdicts, Markdown                 trees.py    a large host, written as /proc, /sys and /
    peers.py    the servers: commands and paths          bare.py     the two bare servers (a child program)
    load.py     requests a second: wrk, or our own       scan.c      the least that reading every process costs
    meters.py   what a process costs; many sleepers
"""
