"""An engine that tests work by hand."""

import time

import torch

from engine.loop import Engine


class Desk:
    """What is sent is taken at once, and the answers are kept in `heard`."""

    def __init__(self):
        threads = torch.get_num_threads()
        self.heard = []
        self.engine = Engine(None, self.heard.append)
        torch.set_num_threads(threads)

    def send(self, *messages):
        for message in messages:
            self.engine._guarded(message, lambda message=message: self.engine._take(message))

    def work_until(self, is_so, secs=30.0):
        until = time.perf_counter() + secs
        while not is_so():
            assert time.perf_counter() < until
            self.engine.work_once(time.perf_counter())

    def of(self, kind, run=None):
        return [each for each in self.heard if isinstance(each, kind) and run in (None, each.run)]
