"""Reading a stranger's calendar apart: in a process of its own that may take little time and little memory.

A calendar of a kilobyte can mean a million events, or a loop: whatever it does there, it does to nobody else.
"""

import asyncio
import resource
import sys
from datetime import datetime, tzinfo

import msgspec

from bot.oncall.busy import BadFeed, Reading
from bot.text.words import zone

SECONDS = 10
"""Of the processor, and three times as many by the clock."""
MEMORY = 512 * 2**20


async def read_apart(body: bytes, local: tzinfo, start: datetime, end: datetime) -> Reading:
    """What `read` finds. Raises `BadFeed`, also where it took too much."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "bot.engine.apart", str(local), start.isoformat(), end.isoformat(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(3 * SECONDS):
            said, _ = await child.communicate(body)
    except TimeoutError:
        said = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if not said:
        raise BadFeed("reading it takes too much time or memory")
    if said.startswith(b'"'):
        raise BadFeed(msgspec.json.decode(said, type=str))
    return msgspec.json.decode(said, type=Reading)


def main(local: str, start: str, end: str) -> None:
    """In that process: from standard input to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Here alone: nobody else waits for what it imports.
    from bot.oncall.feed import read

    try:
        found: object = read(
            sys.stdin.buffer.read(), zone(local), datetime.fromisoformat(start), datetime.fromisoformat(end)
        )
    except BadFeed as wrong:
        found = str(wrong)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
