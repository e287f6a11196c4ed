"""Figures of bench/pwa.py against targets and baselines, printed as they come."""

import os
import statistics
from dataclasses import dataclass


@dataclass
class Board:
    """What was measured, printed as it comes."""

    good: bool = True

    def line(
        self, name: str, taken: list[float], *, target: float | None = None,
        baseline: tuple[str, float] | None = None, unit: str = "ms",
    ) -> None:  # fmt: skip
        """Print median and worst; the median is held against the target."""
        median, worst = statistics.median(taken), max(taken)
        text = f"  {name:<46}{median:>8.0f} {unit:<3} worst {worst:>7.0f}"
        if target is not None:
            self.good &= median <= target
            text += f"  (target {target:.0f}: {'met' if median <= target else 'MISSED'})"
        if baseline is not None:
            label, base = baseline
            text += f"  {label} {base:.0f} {unit}, {median / max(base, 0.1):.1f} times"
        print(text, flush=True)

    def check(self, name: str, is_good: bool) -> None:
        """Print whether something holds."""
        self.good &= is_good
        print(f"  {name:<46}{'yes' if is_good else 'NO: MISSED'}", flush=True)

    def head(self, title: str) -> None:
        """Print the title of a part with what else the machine does."""
        print(f"\n{title}  [load {os.getloadavg()[0]:.1f}]", flush=True)
