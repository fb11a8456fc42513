"""The texts in the program's own source that a person may read, found without running it.

A literal is a text if it looks like one: words, or one word with a capital, that are no code, path, key or LaTeX.
What stands in a formatted literal is a place; a choice of words in it gives one text for each of them.
Not covered: texts of the catalogue, which are docstrings (template.py).
"""

import ast
import itertools
import re
from collections.abc import Collection, Iterator
from pathlib import Path

_MOST_VARIANTS = 12
# Calls whose literals are names for the program, not for the person.
_CODE_CALLS = frozenset(
    [
        "setObjectName",
        "setProperty",
        "property",
        "value",
        "setValue",
        "beginGroup",
        "getattr",
        "setattr",
        "hasattr",
        "compile",
        "sub",
        "fullmatch",
        "match",
        "findall",
        "split",
        "rsplit",
        "partition",
        "rpartition",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "findChild",
        "findChildren",
        "setStyleSheet",
        "inherits",
        "QKeySequence",
        "TypeVar",
        "encode",
        "decode",
        "open",
        "glob",
        "print",
        "import_module",
        "strftime",
        "getLogger",
        "ValueError",
        "TypeError",
        "KeyError",
        "RuntimeError",
        "AssertionError",
        "array",
        "dtype",
        "Signal",
        "find",
        "index",
        "count",
        "environ",
        "get_type_hints",
        "save",
        "setdefault",
        "pop",
        "add_argument",
        "add_parser",
        "ArgumentParser",
        "QColor",
        "QFont",
        "translate",
        "search",
        "Literal",
        "info",
        "debug",
        "NewType",
        "joinpath",
        "with_suffix",
        "with_name",
    ]
)
_WORD = re.compile(r"[^\W\d_]{2}")
_WORDS = re.compile(r"[^\W\d_]{2,}\W+(?:.*\s)?\W*[^\W\d_]|[^\W\d_]\W*\s\W*[^\W\d_]{2,}", re.DOTALL)
_ONE_WORD = re.compile(r"&?[A-Z][a-z]*&?[a-z-]+[…:?!.]?|[A-Z]&?[a-z]{2,}[…:?!.]?")
_BESIDE_PLACE = re.compile(r"[^\W\d_]{2,}:? \{\}|\{\} ?[^\W\d_]{2,}(?![\w.])")
_CODE = re.compile(
    r"\\|\$|__|::|==|->|\(\)|=\"|^[\w./*-]+$"
    r"|^\W*[\w-]+(?:[./_][\w-]+)+\W*$|^(?:Ctrl|Alt|Shift)\+|px;|: #|^--|^Q[A-Z]\w+"
    r"|\*\*|\d ?\* ?\w|^import |^from [\w.]+ import|^for _|=\w+:|\|$|^\W*-?(?:softplus|log|logsumexp|abs)\("
    r"|^\w+ \(\*\.|^\*\.|https?:|^\{\}p[xt]$"
)


def texts_of_source(folder: Path, left_out: Collection[Path] = ()) -> Iterator[str]:
    """Every text of the Python files below a folder, in their order, doubles included; not of those left out."""
    for path in sorted(folder.rglob("*.py")):
        if not any(path.is_relative_to(each) for each in left_out):
            yield from texts_in(path.read_text(encoding="utf-8"))


def texts_in(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    finder = _Finder()
    finder.visit(tree)
    yield from finder.found


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = _name(node)
        self.visit(node.func)
        if name in _CODE_CALLS:
            return
        for each in (*node.args, *node.keywords):
            self.visit(each)

    def visit_Expr(self, node: ast.Expr) -> None:
        # A literal that stands alone is a docstring.
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(each, ast.Name) and each.id == "__all__" for each in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name) and isinstance(node.value, ast.Call) and _name(node.value) == "knob":
            self._take_knob(node.target.id, node.value)
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """An annotation is no text."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for each in (*node.args.defaults, *node.args.kw_defaults, *node.body, *node.decorator_list):
            if each is not None:
                self.visit(each)

    def visit_Assert(self, node: ast.Assert) -> None:
        """What it says is for us."""

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared with is a name."""

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._take(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [_variants(each) for each in node.values]
        for made in itertools.islice(itertools.product(*parts), _MOST_VARIANTS):
            self._take(re.sub(r"(\{\})+", "{}", "".join(made)))
        for each in node.values:
            if isinstance(each, ast.FormattedValue) and not isinstance(each.value, ast.IfExp):
                self.visit(each.value)

    def _take_knob(self, name: str, node: ast.Call) -> None:
        """What a knob is called, as a control shows it, its unit and its choices: short words of any look."""
        plain = name.replace("_", " ").removeprefix("is ").removeprefix("has ")
        self.found.append(plain[:1].upper() + plain[1:])
        for keyword in node.keywords:
            if keyword.arg in ("unit", "choices"):
                texts = (each.value for each in ast.walk(keyword.value) if isinstance(each, ast.Constant))
                self.found += [text for text in texts if isinstance(text, str) and text]

    def _take(self, text: str) -> None:
        if is_text(text):
            self.found.append(text)


def _name(node: ast.Call) -> str:
    """Of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_text(text: str) -> bool:
    """Whether a literal looks like something to be read."""
    bare = re.sub(r"<[^<>]*>", "", text).strip()
    if not _WORD.search(bare.replace("{}", "")) or (not bare.isascii() and "\u200b" in bare):
        return False
    if _ONE_WORD.fullmatch(bare):
        return True
    return bool(_WORDS.search(bare) or _BESIDE_PLACE.search(bare)) and not _CODE.search(bare)


def _variants(part: ast.expr) -> list[str]:
    """What a part of a formatted literal can be: itself, a choice of words, or a place."""
    if isinstance(part, ast.Constant):
        return [str(part.value)]
    assert isinstance(part, ast.FormattedValue)
    return _choices(part.value) or ["{}"]


def _choices(value: ast.expr) -> list[str]:
    """The words of `"a" if … else "b"`; none where they are not all literals."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    if isinstance(value, ast.IfExp):
        first, second = _choices(value.body), _choices(value.orelse)
        if first and second:
            return first + second
    if isinstance(value, ast.JoinedStr):
        parts = [_variants(each) for each in value.values]
        return ["".join(made) for made in itertools.islice(itertools.product(*parts), _MOST_VARIANTS)]
    return []
