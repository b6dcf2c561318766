"""Programs that attack us, each in an environment of its own under `.local/`, never in ours."""

import json
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

TOOLS = ROOT / ".local" / "attack"
VERSIONS = {"wapiti3": "3.2.3", "sqlmap": "1.10.10", "observatory": "1.4.8"}


def python_tool(name: str, program: str) -> Path:
    """A program of the Python package index, installed the first time it is asked for."""
    folder = TOOLS / f"{name}-{VERSIONS[name]}"
    if not (folder / "made").exists():
        python = folder / "bin" / "python"
        run("uv", "venv", "--clear", "--python", sys.executable, folder)
        wanted = f"{name}=={VERSIONS[name]}"
        run("uv", "pip", "install", "--quiet", "--python", python, wanted, "setuptools")
        (folder / "made").touch()
    return folder / "bin" / program


def observatory() -> Path:
    """MDN's HTTP Observatory; the lists it would fetch from elsewhere are empty."""
    folder = TOOLS / f"observatory-{VERSIONS['observatory']}"
    package = folder / "node_modules" / "@mdn" / "mdn-http-observatory"
    if not (folder / "made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        wanted = f"@mdn/mdn-http-observatory@{VERSIONS['observatory']}"
        run("npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", wanted)
        (package / "conf" / "hsts-preload.json").write_text("{}")
        (package / "conf" / "tld-list.json").write_text(json.dumps([]))
        (folder / "made").touch()
    return package


def run(*words: str | Path) -> None:
    """A program of the environment of the tests, or of the machine."""
    here = Path(sys.executable).parent / str(words[0])
    first = str(here) if here.exists() else str(words[0])
    done = subprocess.run(
        [first, *map(str, words[1:])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
