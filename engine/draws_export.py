"""Draws of chains that walk, on their way into a file: gathered at once, made into bytes beside the steps.

Not covered: the formats (draws_file.py).
"""

import traceback
from collections.abc import Callable, Sequence
from threading import Thread

from engine.chain_run import ChainRun
from engine.draws_file import Drawn, content_of, drawn_from, free_name
from engine.messages import DrawsFile, Failed, Message, Noticed, SendDraws
from engine.notice import Notice


def export(message: SendDraws, runs: Sequence[ChainRun], send: Callable[[Message], None]) -> None:
    """Answers later, by DrawsFile. Raises Notice where nothing was drawn yet."""
    kept = [(run.sampler, run.kept) for run in runs if run.kept.draws.shape[0]]
    if not kept:
        raise Notice("There are no draws to export yet: let the chains walk until the warm-up is over.")

    def work() -> None:
        try:
            drawn: list[Drawn] = []
            for name, (draws, every, target, plane) in kept:
                free = free_name(name, [each.name for each in drawn])
                drawn.append(drawn_from(free, draws.transpose(0, 1), every, target, plane))
            content = content_of(drawn, message.form)
            send(DrawsFile(message.run, content, sum(each.energy.size for each in drawn)))
        except Notice as notice:
            send(Noticed(str(notice), message.run))
        except Exception as error:
            send(Failed(f"{type(error).__name__}: {error}", traceback.format_exc(), message.run))

    Thread(target=work, name="export", daemon=True).start()
