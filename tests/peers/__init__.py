"""Comparisons with other programs at the same moment. They depend on the load of the machine: .ci/run alone runs them.

    python3 -m unittest discover -s tests/peers -t . -p 'peer_*.py'
"""
