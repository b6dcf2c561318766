"""What gunicorn reads by itself: its processes count requests in files that `/metrics` adds up."""

import os
import shutil
import tempfile
from typing import Any

os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="impasse-metrics-"))


def child_exit(server: Any, worker: Any) -> None:
    """The numbers of a process that ended stay counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Nothing stays behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
