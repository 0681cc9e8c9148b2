"""peers: a running daemon beside the tools that tell the same of this machine. Without a tool: skipped, and said."""
