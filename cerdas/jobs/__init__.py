"""Work that may take longer than a second: rows that people see, and the worker that does it.

`kinds.py` names what a job can do, `services.py` starts, cancels and repeats one, `running.py`
carries it out in the worker, `files.py` keeps what goes in and comes out. Source: design, section
10.
"""
