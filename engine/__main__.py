"""`python -m engine`: speak messages on stdin and stdout until stdin ends.

stdout belongs to the messages alone: fd 1 is pointed at stderr before anything else is imported, so that a stray print,
also one from C, breaks nothing. What goes wrong at the start is told as Failed, not only by an exit code.
"""

import os
import sys
import traceback

from engine.images.lanes import lane_of
from engine.messages import Failed, decode_for_engine
from engine.pipe import Inbox, Outbox


def main() -> None:
    """Serve one window, then leave at once: torch's own teardown would take seconds."""
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    outbox = Outbox(stdout, name="engine-outbox")

    def leave(status: int) -> None:
        outbox.flush(timeout_secs=0.5)
        os._exit(status)

    def on_end(reason: str) -> None:
        if reason:
            print(f"energyscape engine: the window's messages could not be read: {reason}", file=sys.stderr, flush=True)
        leave(1 if reason else 0)

    # The inbox comes before torch: a window that leaves while torch loads must not leave an orphan.
    inbox = Inbox(
        sys.stdin.buffer,
        decode_for_engine,
        on_message=lambda: None,
        on_end=on_end,
        name="engine-inbox",
        lane_of=lane_of,
    )
    try:
        from engine.loop import Engine  # torch comes with it, and may be missing

        Engine(inbox, outbox.send).serve()
    except Exception as error:
        outbox.send(Failed(f"The engine could not go on: {error}", traceback.format_exc()))
        traceback.print_exc()
        leave(1)


if __name__ == "__main__":
    main()
