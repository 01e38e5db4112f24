"""Tasks: what somebody does during the incident."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.book import Ask, Command, Entry, Event, Refused, event
from bot.grammar import Desk, Person, Query, command, flag, query, word, words
from bot.incident.gate import must_be_open
from bot.ports import Button, Card
from bot.text.rich import Item, Line, Para, Run, bold, line
from bot.text.words import N_, Voice, Who

if TYPE_CHECKING:
    from bot.incident.incident import Incident

OPEN, DONE = 50, 20
"""Tasks that can be open at once, and finished ones that the state remembers."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do: `owner` is a person's id or nobody yet."""

    id: int
    text: str
    owner: str = ""
    done: bool = False


def with_task(incident: "Incident", task: Task) -> "Incident":
    """The incident with one of its tasks changed; the oldest finished ones are forgotten here."""
    tasks = tuple(task if each.id == task.id else each for each in incident.tasks)
    finished = {each.id for each in [each for each in tasks if each.done][:-DONE]}
    return replace(incident, tasks=tuple(each for each in tasks if each.id not in finished))


@event
class TaskAdded(Event):
    """There is something to do."""

    task: int
    text: str
    owner: Who = Who("")

    says = N_("{by} added task {task}: {text}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        tasks = (*incident.tasks, Task(self.task, self.text, self.owner))
        return replace(incident, tasks=tasks, tasked=self.task)


@event
class TaskAssigned(Event):
    """Somebody does it."""

    task: int
    owner: Who

    says = N_("{owner} does task {task}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        task = incident.task(self.task)
        return with_task(incident, replace(task, owner=self.owner)) if task else incident


@event
class TaskDone(Event):
    """It is done."""

    task: int
    text: str

    says = N_("{by} finished task {task}: {text}")
    aloud = True

    def onto(self, incident: "Incident", entry: Entry) -> "Incident":
        task = incident.task(self.task)
        return with_task(incident, replace(task, done=True)) if task else incident


@command("task add", "todo", rank=18, about=True)
class AddTask(Command):
    """Write down something to do: `task add fail over to Frankfurt --for boris`."""

    text: str = words(N_("What is to be done."), required=True)
    for_: Person | None = flag(N_("Who does it; `me` is you."))

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        if sum(not each.done for each in incident.tasks) >= OPEN:
            raise Refused(N_("{count} tasks are open already. `task done` finishes one."), count=OPEN)
        yield TaskAdded(incident.tasked + 1, self.text, Who(self.for_ or ""))


def waiting(incident: "Incident", number: int | None) -> Task:
    """An open task by its number. Raises `Refused`."""
    task = incident.task(number or 0)
    if task is None or task.done:
        raise Refused(N_("There is no open task {number}. `task list` shows them."), number=number or 0)
    return task


@command("task done", rank=19)
class FinishTask(Command):
    """Say that a task is done."""

    task: int | None = word(N_("The task's number."), required=True, suggests=True)

    holds = True

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        task = waiting(incident, self.task)
        yield TaskDone(task.id, task.text)


@command("task assign", rank=20)
class AssignTask(Command):
    """Say who does a task; `me` is you."""

    task: int | None = word(N_("The task's number."), required=True, suggests=True)
    person: Person | None = word(N_("Who does it; `me` is you."), required=True)

    def decide(self, incident: "Incident", ask: Ask) -> Iterator[Event]:
        must_be_open(incident)
        task = waiting(incident, self.task)
        if task.owner == self.person:
            raise Refused(N_("{who} does it already."), who=Who(task.owner))
        yield TaskAssigned(task.id, Who(self.person or ""))


@query("task list", "tasks", rank=21, private=True)
class ListTasks(Query):
    """What is to be done, by whom, and what is done already."""

    def answer(self, desk: Desk) -> Card:
        incident: Incident = desk.state
        if not incident.tasks:
            return Card(
                body=(Para(desk.voice.say(N_("There are no tasks. `task add` writes one down."))),), to="speaker"
            )
        todo = [each for each in incident.tasks if not each.done]
        buttons = tuple(
            Button(desk.voice.word(N_("{number} done"), number=each.id), f"task done {incident.number} {each.id}")
            for each in todo[:5]
        )
        items = tuple(Item(told(each, desk.voice)) for each in incident.tasks)
        title = line(bold(desk.voice.word(N_("Tasks of {id}"), id=incident.number)))
        return Card(title=title, body=items, buttons=buttons, to="speaker")


def told(task: Task, voice: Voice) -> Line:
    """One task in a line; what is done is struck out."""
    owner = line(" · ", voice.show(Who(task.owner))) if task.owner else ()
    return line(f"{task.id}. ", Run(task.text, strike=task.done), owner)
