"""Threads that read for the first time at the same moment."""

import subprocess
import sys

READ_TOGETHER = """
import sys, threading
import bot.incident.chapters
from bot.book import STATES, BookId, blank, freeze, prepare, thaw

sys.setswitchinterval(1e-6)
prepare()
bodies = [(kind, freeze(blank(BookId(kind, "1")).state)) for kind in STATES]
together = threading.Barrier(8)

def read():
    together.wait()
    for kind, body in bodies:
        thaw(kind, body)

threads = [threading.Thread(target=read) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_threads_that_read_the_same_class_at_once_do_not_crash() -> None:
    """Without `prepare` about one process in six ended in a segmentation fault."""
    for _ in range(3):
        subprocess.run([sys.executable, "-c", READ_TOGETHER], check=True)
