"""The grammar as data, in one language: what menus, help and forms are made from."""

from collections.abc import Iterable
from dataclasses import Field
from enum import Enum
from inspect import getdoc
from typing import Any

from bot.grammar.labels import LABELS, TITLES
from bot.grammar.verbs import VERBS, called, kind, option, plain_type, specs, usage
from bot.ports import Choice, Grammar, Option, Verb
from bot.text.words import N_, Voice, catalogue


def grammar(root: str, voice: Voice) -> Grammar:
    """Every verb, in a voice's language, in the order of its rank."""
    verbs = (_verb(cls, voice) for cls in VERBS.values())
    return Grammar(root, tuple(sorted(verbs, key=lambda verb: verb.rank)))


def _verb(cls: type[Any], voice: Voice) -> Verb:
    first, more = doc(cls)
    return Verb(
        name=cls.names[0],
        aliases=cls.names[1:],
        help=_said(first, voice),
        more=_said(more, voice),
        options=tuple(options(cls, voice)),
        private=cls.private,
        rank=cls.rank,
        group=cls.group,
        about=cls.about,
        usage=usage(cls),
    )


def title(cls: type[Any], voice: Voice) -> str:
    """What a form of it is called."""
    return _said(TITLES.get(cls.names[0], cls.names[0].capitalize()), voice)


def doc(cls: type[Any]) -> tuple[str, str]:
    """A docstring's first paragraph and the rest, as the catalogues hold them."""
    first, _, more = (getdoc(cls) or "").partition("\n\n")
    return " ".join(first.split()), "\n\n".join(" ".join(part.split()) for part in more.split("\n\n"))


def _said(text: str, voice: Voice) -> str:
    return catalogue(voice.language).get(text, text)


def options(cls: type[Any], voice: Voice, only: Iterable[str] | None = None) -> Iterable[Option]:
    """A class's options, required ones first (Discord wants them so)."""
    wanted = set(only) if only is not None else None
    listed = sorted(specs(cls), key=lambda spec: not spec.metadata.get("required"))
    for spec in listed:
        if wanted is None or option(spec) in wanted:
            yield _option(cls, spec, voice)
    if cls.on == "incident" and not cls.new and wanted is None:
        yield Option(
            name="incident",
            label=_said(LABELS["incident"], voice),
            kind="incident",
            suggests=True,
            help=_said(N_("Which incident; in its war room it is understood."), voice),
        )


def _option(cls: type[Any], spec: Field[Any], voice: Voice) -> Option:
    of = plain_type(cls, spec.name)
    choices = tuple(Choice(str(one.value), _meaning(one, voice)) for one in of) if issubclass(of, Enum) else ()
    return Option(
        name=option(spec),
        label=_said(LABELS.get(option(spec), option(spec).capitalize()), voice),
        kind=kind(cls, spec.name),  # type: ignore[arg-type]
        help=_said(spec.metadata["help"], voice),
        required=bool(spec.metadata.get("required")),
        long=bool(spec.metadata.get("long")),
        choices=choices,
        suggests=kind(cls, spec.name) == "person" or bool(spec.metadata.get("suggests")),
        also=called(spec)[1:],
    )


def _meaning(one: Any, voice: Voice) -> str:
    return voice.word(getattr(one, "meaning", one.said))
