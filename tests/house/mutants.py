"""Who-may with one part taken out: every filter, condition, check and guard in turn.

A mutant is made from the source, in memory: the code of the running functions is exchanged for
the changed one's and put back afterwards. Nothing is written anywhere.
"""

import ast
import copy
import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType

from tests.house.tree import ROOT, python_files, short, tree

FINDS = {"visible_to", "in_care_of", "treated_by", "supervised_by", "opened_by"}
NARROWS = {"filter", "exclude", "get", "get_object_or_404", "Q"}
PARTS = {"running", "own", "shared", "read_by", "current"}  # of what somebody sees
REFUSES = {"PermissionDenied", "Http404"}
THE_DOOR = {
    "people/permissions.py": {"may", "guarded", "may_wait"},
    "people/second_factor.py": {"must_have_one", "lacks_one", "factors_of"},
    "people/doors.py": {"guarded"},
    "impasse_tracker/middleware.py": {"__call__", "process_view", "is_over"},
}


@dataclass(frozen=True)
class Mutant:
    """One change of one function: where it stands, and what is missing."""

    file: str
    line: int
    function: str
    missing: str
    number: int  # among the sites of its function

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function} without {self.missing}"

    @property
    def words(self) -> str:
        """As it stands in a list: without the line, which moves."""
        return f"{self.file} {self.function} without {self.missing}"

    @property
    def place(self) -> tuple[str, str]:
        return self.file, self.function

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """As long as this lasts the program runs without the missing part."""
        with ExitStack() as stack:
            for function, code in exchanges(self):
                stack.callback(setattr, function, "__code__", function.__code__)
                function.__code__ = code
            yield


def exchanges(mutant: Mutant) -> list[tuple[FunctionType, CodeType]]:
    """Each running function of the place with the code it is to run."""
    changed = changed_code(ROOT / mutant.file, mutant.function, mutant.number)
    new = {code.co_qualname: code for code in codes(changed)}
    return [
        (function, new[function.__code__.co_qualname])
        for function in running().get(mutant.file, ())
        if function.__code__.co_qualname == mutant.function
    ]


SEEN: set[tuple[str, str]] = set()


@contextmanager
def watched() -> Iterator[set[tuple[str, str]]]:
    """The places that the program comes through meanwhile, among those that have mutants."""
    SEEN.clear()
    with ExitStack() as stack:
        for function, code in watching():
            stack.callback(setattr, function, "__code__", function.__code__)
            function.__code__ = code
        yield SEEN


@cache
def watching() -> tuple[tuple[FunctionType, CodeType], ...]:
    """Each function that has mutants, with its code and a note at the start of it."""
    found = []
    for file, names in places().items():
        module = copy.deepcopy(tree(ROOT / file))
        for name, function in functions(module):
            if name in names:
                note = f"__import__({__name__!r}, fromlist=['SEEN']).SEEN.add(({file!r}, {name!r}))"
                function.body.insert(0, ast.parse(note).body[0])
        code = compile(ast.fix_missing_locations(module), str(ROOT / file), "exec")
        new = {each.co_qualname: each for each in codes(code)}
        found += [
            (function, new[function.__code__.co_qualname])
            for function in running().get(file, ())
            if function.__code__.co_qualname in names
        ]
    return tuple(found)


@cache
def places() -> dict[str, set[str]]:
    """The functions that have mutants, by their file."""
    found: dict[str, set[str]] = {}
    for mutant in mutants():
        found.setdefault(mutant.file, set()).add(mutant.function)
    return found


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


@cache
def running() -> dict[str, list[FunctionType]]:
    """Every function of the house that lives in this process, by its file."""
    found: dict[str, list[FunctionType]] = {}
    gc.unfreeze()  # what `tests.plugin` froze is not listed
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename.startswith(str(ROOT)):
            name = str(Path(thing.__code__.co_filename).relative_to(ROOT))
            found.setdefault(name, []).append(thing)
    return found


@cache
def mutants() -> tuple[Mutant, ...]:
    """All of them, file by file; what has any is loaded."""
    found = tuple(_mutants())
    for file in {mutant.file for mutant in found}:
        import_module(file.removesuffix(".py").replace("/", "."))
    return found


def _mutants() -> Iterator[Mutant]:
    for path in python_files():
        if "migrations" in path.parts or "demo" in path.parts:
            continue
        for name, function in functions(tree(path)):
            for number, (node, missing) in enumerate(sites(short(path), name, function)):
                yield Mutant(short(path), line_of(node), name, missing, number)


def functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function by its qualified name, as a code object has it."""

    def walk(node: ast.AST, before: str) -> Iterator[tuple[str, ast.FunctionDef]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield before + child.name, child
                yield from walk(child, f"{before}{child.name}.<locals>.")
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{before}{child.name}.")

    yield from walk(module, "")


def line_of(node: ast.AST) -> int:
    return int(node.lineno)  # type: ignore[attr-defined]


def changed_code(path: Path, name: str, number: int) -> CodeType:
    """The module's code with one site of one function taken out."""
    module = copy.deepcopy(tree(path))
    function = dict(functions(module))[name]
    node, _ = list(sites(short(path), name, function))[number]
    module = ast.fix_missing_locations(TakeOut(node).visit(module))
    return compile(module, str(path), "exec")


def sites(file: str, name: str, function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str]]:
    """What can be taken out of a function, with its words."""
    last = name.rsplit(".", maxsplit=1)[-1]
    filters = decides_who(name, function)
    door = last in THE_DOOR.get(file, ())
    for node in own_nodes(function):
        if isinstance(node, ast.Call):
            finds = called(node) in FINDS and not filters
            if finds or called(node) == "running":
                yield node, ast.unparse(node)
            if called(node) in NARROWS and (filters or "/views" in file):
                yield from (
                    (each, ast.unparse(each))
                    for each in narrows(node)
                    if filters or not is_constant(each)
                )
        if isinstance(node, ast.If) and (refuses(node) or (door and not node.orelse)):
            yield node, f"if {ast.unparse(node.test)}"
        elif isinstance(node, ast.If | ast.IfExp) and filters:
            yield node, f"the question {ast.unparse(node.test)}"
        if (filters or door) and isinstance(node, ast.BoolOp | ast.BinOp):
            yield from ((each, ast.unparse(each)) for each in operands(node))


def decides_who(name: str, function: ast.FunctionDef) -> bool:
    """Whether it says what somebody sees, and not only what there is."""
    last = name.rsplit(".", maxsplit=1)[-1]
    asks = {argument.arg for argument in function.args.args + function.args.kwonlyargs}
    return last == "is_open_to" or ("QuerySet." in name and (last in PARTS or "user" in asks))


def own_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function, without those of the functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef):
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def narrows(node: ast.Call) -> list[ast.AST]:
    """The conditions of a filter, but for an id that was asked for and the organisation.

    The organisation is the second wall's as well; that one has mutants of its own.
    """
    named = [each for each in node.keywords if each.arg not in ("pk", "organisation", None)]
    return [*named, *(each for each in node.args if called_with(node, each))]


def is_constant(condition: ast.AST) -> bool:
    """As in `ended_on=None`: it asks what there is, not whose it is."""
    return isinstance(condition, ast.keyword) and isinstance(condition.value, ast.Constant)


def called_with(node: ast.Call, argument: ast.expr) -> bool:
    """Whether a positional argument is a condition: not the rows, nor a day."""
    return called(node) in ("filter", "exclude") and not isinstance(argument, ast.Starred)


def refuses(node: ast.If) -> bool:
    """Whether a condition ends in a refusal, or in nothing at all."""
    last = node.body[-1]
    if isinstance(last, ast.Raise) and last.exc:
        return ast.unparse(last.exc).split("(")[0] in REFUSES
    return isinstance(last, ast.Return) and "none()" in ast.unparse(last)


def operands(node: ast.BoolOp | ast.BinOp) -> list[ast.expr]:
    if isinstance(node, ast.BoolOp):
        return node.values
    return [node.left, node.right] if isinstance(node.op, ast.BitAnd | ast.BitOr) else []


class TakeOut(ast.NodeTransformer):
    """Changes a tree so that one node has no say."""

    def __init__(self, gone: ast.AST) -> None:
        self.gone = gone

    def visit(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.BoolOp) and self.gone in node.values:
            node.values.remove(self.gone)  # type: ignore[arg-type]
            return node if len(node.values) > 1 else node.values[0]
        if isinstance(node, ast.BinOp) and self.gone in (node.left, node.right):
            return node.right if self.gone is node.left else node.left
        if node is not self.gone:
            return self.generic_visit(node)
        if isinstance(node, ast.If | ast.IfExp):  # what it names is still named, for closures
            skip = isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise | ast.Return)
            join = ast.And() if skip else ast.Or()
            node.test = ast.BoolOp(join, [ast.Constant(value=not skip), node.test])
            return node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
        return None  # a condition of a filter
