"""The walls between window and engine, and what no file may do; tried in a fresh process, and on offenders.

Not covered: what is imported later, inside a function.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_KINDS = (
    *("answering", "asking", "formulas", "imaging", "kinds", "measuring"),
    *("session", "story", "timeline", "training", "walking", "wire"),
)
MESSAGES = {f"engine.messages.{name}" for name in _KINDS}
SHARED = MESSAGES | {"engine", "engine.messages", "engine.knobs", "engine.recipe", "engine.notice", "engine.pipe"}
SHARED |= {"engine.recipe_parts", "engine.recipe_checks"}
SHARED |= {"engine.formula_text", "engine.formula_latex", "engine.proof_file"}
SHARED |= {"engine.images", "engine.images.code_algebra"}
# The names go to a file: an engine module may turn stdout elsewhere.
IMPORT_ALL = """
import importlib, json, pathlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
pathlib.Path(sys.argv[1]).write_text(json.dumps(sorted(sys.modules)))
"""


def modules_of(package: Path) -> list[str]:
    """The names of all modules of a package, scripts and folders without __init__.py too."""
    names = [".".join(file.relative_to(package.parent).with_suffix("").parts) for file in package.rglob("*.py")]
    return sorted(name.removesuffix(".__init__") for name in names)


def loaded_by(package: Path, scratch: Path) -> set[str]:
    """All that is in sys.modules once every module of the package was imported in a fresh process."""
    names, report = modules_of(package), scratch / "loaded.json"
    assert names, f"{package} has no modules"
    command = [sys.executable, "-c", IMPORT_ALL, str(report), *names]
    done = subprocess.run(command, cwd=package.parent, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(report.read_text()))
    assert set(names) <= loaded
    return loaded


def forbidden_in_window(loaded: set[str]) -> set[str]:
    engine = {name for name in loaded if name.split(".")[0] == "engine"}
    return (engine - SHARED) | (loaded & {"torch"})


def forbidden_in_engine(loaded: set[str]) -> set[str]:
    return loaded & {"PySide6", "shiboken6", "pyqtgraph", "gui"}


def forbidden_in_source(source: str) -> list[str]:
    """What could run code from a file or a text box, as "line: what"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        found += [f"{node.lineno}: {what}" for what in _dangers(node)]
    return found


def _dangers(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        return [
            name for name in names if name.split(".")[0] in {"pickle", "cPickle", "dill", "shelve", "marshal", "joblib"}
        ]
    if not isinstance(node, ast.Call):
        return []
    called = ast.unparse(node.func)
    is_pickle = any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords)
    is_code = called in {"eval", "exec", "builtins.eval", "builtins.exec", "torch.load", "torch.save"}
    return [called] if is_pickle or is_code else []


def test_the_window_loads_no_torch_and_nothing_of_the_engine_but_what_is_shared(tmp_path):
    assert forbidden_in_window(loaded_by(ROOT / "gui", tmp_path)) == set()


def test_the_engine_loads_no_qt(tmp_path):
    assert forbidden_in_engine(loaded_by(ROOT / "engine", tmp_path)) == set()


def test_what_is_shared_loads_no_torch(tmp_path):
    command = [sys.executable, "-c", IMPORT_ALL, str(tmp_path / "loaded.json"), *sorted(SHARED)]
    subprocess.run(command, cwd=ROOT, check=True)
    loaded = set(json.loads((tmp_path / "loaded.json").read_text()))
    assert {name for name in loaded if name.split(".")[0] == "engine"} == SHARED
    assert "torch" not in loaded


def test_a_window_module_deep_inside_that_imports_torch_or_the_engine_is_caught(tmp_path):
    (tmp_path / "gui" / "labs").mkdir(parents=True)
    (tmp_path / "engine").mkdir()
    (tmp_path / "torch.py").touch()
    (tmp_path / "engine" / "jobs.py").touch()
    (tmp_path / "gui" / "labs" / "offender.py").write_text("import torch\nfrom engine import jobs\n")
    assert forbidden_in_window(loaded_by(tmp_path / "gui", tmp_path)) == {"torch", "engine.jobs"}


def test_an_engine_module_that_imports_qt_or_the_window_is_caught(tmp_path):
    for package in ("engine", "gui"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "PySide6.py").touch()
    (tmp_path / "engine" / "__main__.py").write_text("import PySide6, gui\n")
    assert forbidden_in_engine(loaded_by(tmp_path / "engine", tmp_path)) == {"PySide6", "gui"}


def test_a_module_that_cannot_be_imported_is_no_pass(tmp_path):
    (tmp_path / "gui").mkdir()
    (tmp_path / "gui" / "broken.py").write_text("1 / 0\n")
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        loaded_by(tmp_path / "gui", tmp_path)


def test_no_file_of_ours_unpickles_or_runs_text_as_code():
    files = [ROOT / "main.py", *(ROOT / "engine").rglob("*.py"), *(ROOT / "gui").rglob("*.py")]
    found = {str(file): forbidden_in_source(file.read_text(encoding="utf-8")) for file in files}
    assert {name: dangers for name, dangers in found.items() if dangers} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "exec(text)",
        "torch.load(path)",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_a_file_that_unpickles_or_runs_text_as_code_is_caught(source):
    assert len(forbidden_in_source(source)) == 1


@pytest.mark.parametrize(
    "source", ["network.eval()", "dialog.exec()", "np.load(f, allow_pickle=False)", "text = 'eval(1)'"]
)
def test_a_namesake_is_left_alone(source):
    assert forbidden_in_source(source) == []
