"""The database is taken away while people type: a clear word, nothing half-written, and it goes on afterwards."""

import sqlite3
from pathlib import Path

import pytest

from bot.store import sqlite
from tests.stories.script import Step, read
from tests.stories.stage import stage


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is not waited for long."""
    monkeypatch.setattr(sqlite, "PATIENCE", 0.5)


WORD = "could not keep that just now"
KEEPS = "I go on trying"


@pytest.mark.usefixtures("hasty")
async def test_telegram_keeps_what_a_locked_database_cannot(tmp_path: Path) -> None:
    """An update that could not be kept was not confirmed: it is heard, once, when the database is back."""
    async with stage(tmp_path) as on:
        thief = sqlite3.connect(tmp_path / "story.db", isolation_level=None, check_same_thread=False)
        thief.execute("BEGIN EXCLUSIVE")
        line = "/incident declare db is down --sev 2"
        await on.play(Step(0, "", "says", "boris", ("telegram",), words=line))
        await on.playground.until(lambda: any(KEEPS in text for text in answers(on, "telegram")))
        thief.execute("ROLLBACK")
        thief.close()
        for step in read("slack discord telegram | SEV2 #1 db is down"):
            await on.play(step)
        assert len(await on.engine.office.store.read(lambda tx: tx.open_books("incident"))) == 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("who", ["anna@slack", "carlos@discord"])
async def test_a_locked_database(who: str, tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        thief = sqlite3.connect(tmp_path / "story.db", isolation_level=None, check_same_thread=False)
        thief.execute("BEGIN EXCLUSIVE")
        platform = who.partition("@")[2]
        await on.play(
            Step(0, "", "says", who.partition("@")[0], (platform,), words="/incident declare db is down --sev 2")
        )

        def warned() -> bool:
            rooms = on.playground[platform].screen(who.partition("@")[0]).rooms
            return any(WORD in bubble.text for room in rooms for bubble in room.bubbles)

        await on.playground.until(warned)
        thief.execute("ROLLBACK")
        thief.close()
        assert not await on.engine.office.store.read(lambda tx: tx.open_books("incident"))
        for step in read(f"{who} > /incident declare db is down --sev 2\nslack discord telegram | SEV2 #1 db is down"):
            await on.play(step)


@pytest.mark.parametrize(
    "line", ["/incident ack", "!ack", "@Tocsin ack", "/incident", "/incident zzz", "/incident ack #7"]
)
async def test_bad_lines_get_kind_words(line: str, tmp_path: Path) -> None:
    """On every platform: an answer, no traceback, nothing changed."""
    async with stage(tmp_path) as on:
        for platform in ("slack", "discord", "telegram"):
            before = answers(on, platform)
            await on.play(Step(0, "", "says", "anna", (platform,), words=line))
            await on.playground.until(lambda: len(answers(on, platform)) > len(before))
            assert not any("Traceback" in text or "broke" in text for text in answers(on, platform))
        assert not await on.engine.office.store.read(lambda tx: tx.open_books("incident"))


HOSTILE = (
    "<!here> <@U0ANNA0001> @everyone *b* _i_ `c` ||s|| [x](https://x.test) <script>alert(1)</script> \u202eevil\u202c"
)


async def test_hostile_words_are_letters(tmp_path: Path) -> None:
    """In a title, an update and chatter: they are read as they stand, and nobody is pinged."""
    async with stage(tmp_path) as on:
        await on.play(Step(0, "", "says", "carlos", ("slack",), words=f"/incident declare {HOSTILE} --sev 5"))
        wanted = ("*b* _i_ `c` ||s||", "<script>alert(1)</script>", "evil")
        for platform in ("slack", "discord", "telegram"):
            await on.play(Step(0, "title", "shown", "", (platform,), "room", parts=wanted))
        for platform in ("slack", "discord", "telegram"):
            for room in on.playground[platform].screen("anna").rooms:
                for bubble in room.bubbles:
                    assert "<script>" not in bubble.html
                    assert "\u202e" not in bubble.text


def answers(on, platform: str) -> list[str]:  # type: ignore[no-untyped-def]
    rooms = on.playground[platform].screen("anna").rooms
    return [bubble.text for room in rooms for bubble in room.bubbles if bubble.bot]
