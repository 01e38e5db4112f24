"""Whoever asked is answered before the rooms are told, and the rooms are told all the same."""

import asyncio

from bot.engine.courtesy import Courtesy


async def test_work_begins_when_nobody_waits_for_an_answer() -> None:
    courtesy = Courtesy(patience=60)
    with courtesy.answering():
        work = asyncio.get_running_loop().create_task(courtesy.give_way())
        with courtesy.answering():
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not work.done()
    await work


async def test_work_does_not_wait_for_ever() -> None:
    courtesy = Courtesy(patience=0)
    with courtesy.answering():
        await courtesy.give_way()
