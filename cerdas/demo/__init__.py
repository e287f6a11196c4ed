"""The demo: a small invented world, and the processes that serve it on one machine."""
