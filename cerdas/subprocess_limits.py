"""Open files from outside in a process of their own, with limits on memory, time and output.

A workbook that unpacks to gigabytes or makes a parser crash then ends that process, not ours.
This file is also the program that the child starts with: it limits itself and then runs the script,
so that nothing has to happen between fork and exec. Standard library only.
Source: design, section 10.
"""

import resource
import runpy
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
_STDERR_KEPT = 2_000


@dataclass(frozen=True)
class Limits:
    """What a child may use. memory_bytes: address space, including libraries (about 300 MiB)."""

    memory_bytes: int = 1536 * MIB
    cpu_seconds: int = 60
    wall_seconds: int = 120
    file_bytes: int = 1024 * MIB


class ChildFailed(Exception):
    """The child ended badly. returncode: negative for a signal, None for a timeout."""

    def __init__(self, returncode: int | None, stderr: str) -> None:
        super().__init__(f"child ended with {returncode}: {stderr}")
        self.returncode = returncode
        self.stderr = stderr


def run_limited(script: Path, arguments: Sequence[str], *, limits: Limits) -> bytes:
    """Run a Python script under limits and return what it wrote to stdout.

    The child gets no environment but one thread per pool: no settings, no secrets. stdout has to
    be small; large results go to a file named in arguments.
    Raises ChildFailed.
    """
    numbers = (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes)
    command = [sys.executable, "-I", __file__, *map(str, numbers), str(script), *arguments]
    environment = {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(None, "timeout") from error
    if done.returncode:
        raise ChildFailed(done.returncode, done.stderr.decode(errors="replace")[-_STDERR_KEPT:])
    return done.stdout


def _limit_and_run(arguments: list[str]) -> None:
    memory, cpu, output = map(int, arguments[:3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = arguments[3:]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    _limit_and_run(sys.argv[1:])
