"""What somebody sent is never run: not as SQL, a program, a pattern, a template or a path."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.house.tree import python_files, short, tree

MAY_BUILD_SQL = {
    "people/walls.py": "migrations name tables; no value from outside",
    "impasse_tracker/local/postgres.py": "a laptop's own engine and its secrets",
}
MAY_START_PROGRAMS = "impasse_tracker/local/"  # a laptop's own engines; a page never
MAY_SPEAK = {  # to other machines
    "people/mail.py": "the mail server",
    "impasse_tracker/health.py": "asks the broker",
    "impasse_tracker/metrics.py": "asks the broker",
    "impasse_tracker/local/": "a laptop's own engines, on loopback",
}
MAY_BUILD_PATTERNS = {"impasses/catalogue_file.py": "finds a line of our own files"}
TO_MACHINES = {"socket", "ssl", "smtplib", "ftplib", "requests", "httpx", "urllib.request",
               "http.client", "redis", "aiohttp"}  # fmt: skip
RUNS = {"eval", "exec", "compile", "__import__", "input", "importlib.import_module"}
RUNS_SENT = {"pickle", "marshal", "shelve", "yaml", "dill", "xml", "lxml"}
OPENS = {"Path", "read_text", "read_bytes", "write_text", "FileResponse"}
NEVER_OPEN = ("views.py", "form.py", "forms.py", "actions.py")
BY_QUERY = {"raw", "extra", "RawSQL"}


@cache
def ours() -> list[tuple[Path, str, ast.AST]]:
    """Every node of every file of ours that runs after the migrations."""
    return [
        (path, short(path), node)
        for path in python_files()
        if "migrations" not in path.parts
        for node in ast.walk(tree(path))
    ]


@cache
def called(node: ast.Call) -> str:
    """What is called, as it is written."""
    return ast.unparse(node.func)


def is_built(node: ast.AST) -> bool:
    """Put together from pieces, by whatever means."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return not (isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant))
    return isinstance(node, ast.Call) and not names_only(node)


def names_only(node: ast.Call) -> bool:
    """psycopg2's own composition, into which nothing but quoted names goes."""
    return (
        called(node) == "sql.SQL(UPDATE).format"
        and all(ast.unparse(word.value).startswith("sql.Identifier(") for word in node.keywords)
        and not node.args
    )


def test_no_sql_is_built_from_values() -> None:
    """No f-string, % or format reaches execute(), nor a name that was given one."""
    wrong = []
    for path in python_files():
        if "migrations" in path.parts or short(path) in MAY_BUILD_SQL:
            continue
        built = {
            target.id
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Assign) and is_built(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node).split(".")[-1] in {
                "execute", "executemany", "copy_expert", "callproc", "RunSQL", *BY_QUERY,
            }:  # fmt: skip
                wrong += [
                    f"{short(path)}:{node.lineno}"
                    for sql in node.args[:1]
                    if is_built(sql) or (isinstance(sql, ast.Name) and sql.id in built)
                ]
    assert wrong == []


def test_no_query_goes_round_the_orm() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for _, name, node in ours()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute | ast.Name)
        and called(node).split(".")[-1] in BY_QUERY
    ]
    assert wrong == []


def test_no_order_or_filter_is_taken_from_the_address() -> None:
    """`order_by` and `filter(**...)` get words of ours: nothing of a request, nothing starred."""
    wrong = []
    for _, name, node in ours():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        text = ast.unparse(node)
        if node.func.attr == "order_by" and re.search(r"request|\bdata\[|\.get\(", text):
            wrong.append(f"{name}:{node.lineno}")
        starred = [each for each in node.keywords if each.arg is None]
        if node.func.attr in ("filter", "exclude", "get") and starred and "request" in text:
            wrong.append(f"{name}:{node.lineno}")
    assert wrong == []


def test_no_program_is_started_by_a_page() -> None:
    starting = {
        name
        for _, name, node in ours()
        if isinstance(node, ast.Import | ast.ImportFrom)
        and "subprocess" in (getattr(node, "module", "") or "", *(a.name for a in node.names))
    }
    starting |= {
        name
        for _, name, node in ours()
        if isinstance(node, ast.Call)
        and re.fullmatch(r"os\.(system|popen|exec\w+|spawn\w+|posix_spawn)", called(node))
    }
    assert {name for name in starting if not name.startswith(MAY_START_PROGRAMS)} == set()
    assert starting, "the runner starts the engines: this test can see"


def test_nothing_is_run_that_was_sent() -> None:
    """No code, no pickle, no XML, no template and no format made of words from outside."""
    wrong = []
    for _, name, node in ours():
        if isinstance(node, ast.Call):
            function = called(node)
            if function in RUNS or function in ("Template", "engines.from_string"):
                wrong.append(f"{name}:{node.lineno} {function}")
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "format_map"):
                is_ours = isinstance(node.func.value, ast.Constant | ast.Name | ast.Attribute)
                is_ours = is_ours or function.startswith("sql.SQL(")  # psycopg quotes the pieces
                if not is_ours or "request" in function:
                    wrong.append(f"{name}:{node.lineno} {function}")
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {getattr(node, "module", "") or "", *(each.name for each in node.names)}
            if {each.split(".")[0] for each in names} & RUNS_SENT:
                wrong.append(f"{name}:{node.lineno} imports {names}")
    assert wrong == []


def test_no_pattern_is_made_of_what_somebody_sent() -> None:
    """Patterns are constants; where one is put together, the pieces are escaped."""
    wrong = []
    for _, name, node in ours():
        if (
            isinstance(node, ast.Call)
            and re.fullmatch(r"re\.\w+", called(node))
            and node.args
            and called(node) != "re.escape"
        ):
            pattern = ast.unparse(node.args[0])
            built = is_built(node.args[0]) and "re.escape" not in pattern
            if (built and name not in MAY_BUILD_PATTERNS) or "request" in pattern:
                wrong.append(f"{name}:{node.lineno} {pattern}")
        by_pattern = isinstance(node, ast.keyword) and re.search("__i?regex$", node.arg or "")
        if by_pattern and not isinstance(node.value, ast.Constant):
            wrong.append(f"{name}:{node.value.lineno}")
    assert wrong == []


def test_only_named_files_speak_to_other_machines() -> None:
    speaking = {
        name
        for _, name, node in ours()
        if isinstance(node, ast.Import | ast.ImportFrom)
        and TO_MACHINES & {getattr(node, "module", "") or "", *(each.name for each in node.names)}
    }
    assert {name for name in speaking if not name.startswith(tuple(MAY_SPEAK))} == set()
    assert "people/mail.py" in speaking, "this test can see"


def test_no_page_opens_a_file_by_a_name_that_was_sent() -> None:
    """Views, forms and actions open no file at all."""
    wrong = [
        f"{name}:{node.lineno}"
        for path, name, node in ours()
        if ("views" in path.parts or path.name.endswith(NEVER_OPEN))
        and isinstance(node, ast.Call)
        and called(node).split(".")[-1] in OPENS
    ]
    assert wrong == []
