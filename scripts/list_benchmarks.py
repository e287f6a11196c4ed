"""Print the benchmarks in bench/, each with its command and the first line of its docstring."""

import ast
from pathlib import Path

BENCH_DIR = Path(__file__).resolve().parent.parent / "bench"


def main() -> None:
    """List every script that can be run; modules beginning with an underscore are shared parts."""
    for path in sorted(BENCH_DIR.glob("[!_]*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        print(f".venv/bin/python bench/{path.name}\n    {docstring.partition(chr(10))[0]}")


if __name__ == "__main__":
    main()
