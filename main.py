"""The command line: the window (no arguments), `list`, `run`, `render`, `prove`, `download`, `trained` and
`language`. No logic.

Qt and torch never meet in one process: each is imported only where its command needs it.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.notice import Notice

if TYPE_CHECKING:
    from engine.headless import Result
    from engine.recipe import AnyRecipe


# What there is to list (engine.cli, which is imported only then).
_KINDS = ("models", "samplers", "targets", "datasets", "picture-models", "picture-sources", "recipe-schema")


def main() -> int:
    """Returns the exit status: 2 where the person can mend what is wrong, said in one sentence."""
    arguments = _parser().parse_args()
    try:
        if arguments.command == "list":
            return _list(arguments)
        if arguments.command == "run":
            return _run(arguments)
        if arguments.command == "download":
            return _download(arguments)
        if arguments.command == "trained":
            return _trained(arguments)
        if arguments.command == "render":
            return _render(arguments)
        if arguments.command == "prove":
            return _prove(arguments)
        if arguments.command == "language":
            return _language(arguments)
        return _window(arguments)
    except Notice as notice:
        print(f"energyscape: {notice}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output, such as `head`, has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="energyscape", description="Sketch 2-D data and watch energy landscapes form."
    )
    parser.add_argument(
        "--engine", metavar="COMMAND", help='what starts the engine, such as "ssh gpu-box energyscape-engine"'
    )
    commands = parser.add_subparsers(
        dest="command", metavar="list | run | render | prove | download | trained | language"
    )
    listing = commands.add_parser("list", help="print what there is")
    listing.add_argument("kind", choices=_KINDS)
    listing.add_argument("--json", action="store_true", help="as JSON")
    run = commands.add_parser("run", help="run a recipe without a window")
    run.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE.json",
        help="or PROJECT.escape, a recipe's text, or - for a text on the standard input; left out: the default one",
    )
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change the recipe, any number of times"
    )
    render = commands.add_parser("render", help="make a film of a recipe, a project or a lesson, without a window")
    render.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="left out: the first lesson, or with --set the default experiment",
    )
    render.add_argument("--out", type=Path, required=True, metavar="FILM.mp4", help="the film; .gif makes a GIF")
    render.add_argument("--size", default="1920x1080", metavar="WxH", help="in pixels; left out: 1920x1080")
    render.add_argument("--fps", type=int, default=30, metavar="N", help="pictures a second; left out: 30")
    render.add_argument("--seconds", type=float, metavar="N", help="left out: as long as it suits")
    render.add_argument(
        "--steps-per-picture",
        type=float,
        metavar="N",
        help="of a recipe; left out: 2 of training and 1 of chains at 30 fps",
    )
    render.add_argument("--theme", choices=("dark", "light"), default="dark")
    render.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change the recipe, as in run")
    download = commands.add_parser("download", help="fetch a set of pictures, checked by its checksums")
    download.add_argument("set", choices=("mnist", "fashion-mnist"))
    download.add_argument("--to", type=Path, metavar="DIR", help="left out: the data folder of this system")
    trained = commands.add_parser("trained", help="make the shipped weights of the latent lab again")
    trained.add_argument("names", nargs="*", metavar="NAME", help="left out: all of them")
    prove = commands.add_parser("prove", help="measure whether samplers sample what they should")
    prove.add_argument("samplers", nargs="*", metavar="SAMPLER", help="left out: all of them")
    prove.add_argument("--out", type=Path, metavar="DIR", help="left out: assets/proof, where Help finds it")
    language = commands.add_parser("language", help="begin a language file, or see what one lacks")
    what = language.add_mutually_exclusive_group(required=True)
    what.add_argument("--template", type=Path, metavar="OUT.json", help="write every text, to be translated")
    what.add_argument("--check", type=Path, metavar="FILE.json", help="print the share that is translated")
    return parser


def _window(arguments: argparse.Namespace) -> int:
    from gui.app import run_app
    from gui.preferences import wrong_with

    if arguments.engine and (wrong := wrong_with(arguments.engine)):
        raise Notice(f"--engine: {wrong}")
    return run_app(arguments.engine or "")


def _list(arguments: argparse.Namespace) -> int:
    from engine import cli

    print(cli.listing(arguments.kind, as_json=arguments.json))
    return 0


def _run(arguments: argparse.Namespace) -> int:
    wanted = _wanted(arguments.recipe, arguments.set)
    from engine import cli  # torch comes with it: a wrong recipe is told at once

    result = cli.run(wanted, arguments.out)
    if result.sketch is not None:
        _draw(result, arguments.out / "frame.png")
    print(f"{cli.summary(result.metrics)}\nSee {arguments.out}")
    return 0


def _wanted(given: str | None, settings: list[str]) -> "AnyRecipe":
    """A recipe from a file or as a text, or that of a project."""
    from engine import recipe

    if given == "-":
        return recipe.from_text(sys.stdin.buffer.read(recipe.MAX_RECIPE_BYTES + 1), settings)
    if given is not None and given.lstrip().startswith("{"):
        return recipe.from_text(given, settings)
    if given is not None and given.endswith(".escape"):
        from gui import files  # neither Qt nor torch comes with these
        from gui.projects import as_recipe, contents

        return recipe.from_text(files.recipe_as_json(as_recipe.recipe_of(contents.read(Path(given)))), settings)
    return recipe.read(None if given is None else Path(given), settings)


def _render(arguments: argparse.Namespace) -> int:
    from gui.recording.form import form_of
    from gui.recording.render import Wanted, render
    from gui.recording.source import load_render_source

    source = load_render_source(arguments.file, arguments.set)
    form = form_of(arguments.out, arguments.size, arguments.fps)
    print(render(source, Wanted(form, arguments.seconds, arguments.steps_per_picture, arguments.theme)))
    return 0


def _download(arguments: argparse.Namespace) -> int:
    from engine import cli

    print(f"See {cli.download(arguments.set, arguments.to)}")
    return 0


def _trained(arguments: argparse.Namespace) -> int:
    from engine import cli

    print(cli.trained(tuple(arguments.names)))
    return 0


def _prove(arguments: argparse.Namespace) -> int:
    from engine import catalogue, proof_file, proving

    samplers = arguments.samplers or list(catalogue.sampler_modules())
    proving.prove_all(samplers, arguments.out or proof_file.FOLDER, proving.say)
    return 0


def _language(arguments: argparse.Namespace) -> int:
    from engine.texts import texts
    from gui.language import template  # no Qt comes with it

    listed = template.all_texts(texts())
    if arguments.check:
        print(template.checked(arguments.check, listed))
    else:
        template.write(arguments.template, listed)
        print(f"{len(listed):,} texts. See {arguments.template}")
    return 0


def _draw(result: "Result", path: Path) -> None:
    """Let the window's own code draw, in a process of its own, from the messages that the window would get."""
    from engine.messages import encode

    # A picture of a run before must not stand beside this one's figures.
    path.unlink(missing_ok=True)
    assert result.sketch is not None
    assert result.landscape is not None
    messages = encode(result.sketch) + encode(result.landscape)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    drawn = subprocess.run(
        [sys.executable, "-m", "gui.picture", str(path.resolve())],
        input=messages, env=environment, cwd=Path(__file__).parent, capture_output=True, check=False,
    )  # fmt: skip
    if drawn.returncode != 0:
        reason = drawn.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise Notice(f"All was saved but {path.name}, which Qt could not draw: {reason[0]}")


if __name__ == "__main__":
    sys.exit(main())
