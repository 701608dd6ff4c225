"""CPU seconds of a process and of all its descendants, from /proc; nothing is sampled."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, float] | None:
    """(parent, CPU seconds with those of its ended children); None when it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(field) for field in fields[11:15]) / _TICKS


def tree(root: int) -> set[int]:
    """The process and its living descendants."""
    parents = {
        int(p.name): found[0] for p in Path("/proc").iterdir() if p.name.isdigit() and (found := _stat(int(p.name)))
    }
    members = {root}
    while more := {pid for pid, parent in parents.items() if parent in members} - members:
        members |= more
    return members


def cpu_seconds(root: int) -> float:
    return sum(found[1] for pid in tree(root) if (found := _stat(pid)))


def pin(root: int, cpu: int) -> None:
    """Keeps a process tree on one core; where the machine has one core only, it stays where it is."""
    if (os.cpu_count() or 1) > cpu:
        for pid in tree(root):
            os.sched_setaffinity(pid, {cpu})
