"""The command lines of the three programs the product consists of."""

from __future__ import annotations

import signal
from pathlib import Path

from processes import Command

QUEUES = "runs,reports,sync,housekeeping"
# Requests under way are finished; an upload does not hold up the end for long.
STOP_WEB = ((signal.SIGTERM, 6.0), (signal.SIGQUIT, 3.0))
# First it finishes what it does; then it gives back what it has not finished.
STOP_WORKER = ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 4.0))
STOP_BEAT = ((signal.SIGTERM, 5.0),)


def web(python: Path, bind: str) -> Command:
    """Return the web server's command; threads wait for uploads and downloads side by side."""
    return [
        *(python, "-m", "gunicorn", "mlops_gov.wsgi"),
        *("--bind", bind),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "5"),
        # Its control socket would lie in the home folder and outlast us.
        "--no-control-socket",
    ]


def worker(python: Path, concurrency: int = 2) -> Command:
    """Return the command of a worker for every queue."""
    return [
        *(python, "-m", "celery", "--quiet", "--app", "mlops_gov", "worker"),
        *("--queues", QUEUES, "--concurrency", str(concurrency)),
        *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    ]


def beat(python: Path) -> Command:
    """Return the clock's command; its file of process numbers would outlast a kill."""
    return [
        *(python, "-m", "celery", "--quiet", "--app", "mlops_gov", "beat"),
        *("--loglevel", "INFO", "--pidfile", ""),
    ]
