"""Engines of their own for the tests of engines: nothing here touches those that pytest runs on."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from impasse_tracker.local import engines, postgres
from impasse_tracker.local.engines import Ground


@pytest.fixture
def homes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where root's servers live, moved out of the machine's own folder."""
    folder = Path(tempfile.mkdtemp(prefix="impasse-homes-"))
    folder.chmod(0o755)
    monkeypatch.setattr(postgres, "ROOT_HOMES", folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def ground(tmp_path: Path, homes: Path) -> Iterator[Ground]:
    """An empty ground under a closed parent; what runs on it is stopped afterwards."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    ground = Ground(closed / "checkout" / ".local", durable=False)
    yield ground
    if ground.folder.exists():
        engines.stop(ground)
