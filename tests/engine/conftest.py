"""Chains are measured in a thread that ends by itself: each test waits for it, however slow the machine."""

import threading

import pytest

# Longer than any measurement beside other work; a thread that hangs still fails its test.
_LONGEST_SECS = 300.0


@pytest.fixture(autouse=True)
def no_thread_measures_any_more(nothing_is_left_behind):
    yield
    for thread in threading.enumerate():
        if thread.name == "diagnostics":
            thread.join(_LONGEST_SECS)
