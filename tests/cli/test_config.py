"""What is wrong with a configuration, and on which line."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft7Validator, ValidationError

from bot.cli.check import checked, described
from bot.config import BadConfig, load
from bot.config.lines import line_of

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "tocsin.example.toml").read_text("utf-8")


def told(text: str, folder: Path) -> list[str]:
    """What `tocsin check` says of it, a line a fault, without the folder."""
    path = folder / "tocsin.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfig) as wrong:
        checked(path)
    return str(wrong.value).replace(f"{folder}/", "").splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[house]\n\nzonne = "UTC"', "tocsin.toml:3: house.zonne: there is no such setting; did you mean zone?"),
        ('[house]\nseverity = "high"', "tocsin.toml:2: house.severity: expected a whole number"),
        ("\n\n[houses]\n", "tocsin.toml:3: houses: there is no such setting; did you mean house?"),
        ("\n[chats.slack]\n", "tocsin.toml:2: chats.slack.bot_token: this must be set"),
        (
            '[chats.slack]\nbot_token = "x"\napp_token = "y"\nrom = "C1"',
            "tocsin.toml:4: chats.slack.rom: there is no such setting; did you mean room?",
        ),
        ("\n[chats.irc]\n", "tocsin.toml:2: chats.irc: there is no adapter of this name"),
        ('[chats.slack]\n# a\nbot_token = "${NOT_SET}"', "tocsin.toml:3: chats.slack.bot_token: the environment"),
        (
            '[policies.p]\nsteps = [\n  { page = ["x"] },\n  # so\n  { page = [\n    "y"], wait = "soon" },\n]',
            "tocsin.toml:6: policies.p.steps.1.wait: expected a length of time such as 5m or 1h30m",
        ),
        (
            '[people.a]\nname = "A"\n\n[policies.p]\nsteps = [\n  { page = ["a"] },\n  { page = ["b"] },\n]',
            "tocsin.toml:7: policies.p.steps.1.page: there is no such person, schedule or team: b",
        ),
        ('[people.a]\nname = "A"\nslak = "U1"', "tocsin.toml:3: people.a.slak: there is no such setting, and"),
        ('[house]\nadmin = "zoe"', "tocsin.toml:2: house.admin: there is no zoe under [people]"),
        ('[[followers]]\nroom = "slack:C1"\nof = "sev²"', "tocsin.toml:3: followers.0.of: expected all, sev1 to"),
        ('house = { zone = "Mars/X" }', "tocsin.toml:1: house.zone: expected an IANA time zone"),
        ('[house]\nzone = "UTC\n', "tocsin.toml: this is not TOML: Illegal character '\\n' (at line 2"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    assert any(line.startswith(said) for line in told(text, tmp_path)), told(text, tmp_path)


def test_every_fault_is_told_at_once_and_no_value_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "xoxb-secret")
    lines = told('[house]\nseverity = 9\nzone = "${TOKEN}"\nweb = "${TOKEN}"\n[people.a]\n', tmp_path)
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "5"]
    assert "secret" not in "".join(lines)


def test_a_line_is_found_behind_texts_of_several_lines() -> None:
    text = '[a]\nx = """\n[b]\ny = 1\n"""\n[b]\nz = [\n  "1",\n  """\n2""",\n]\ny = 2\n'
    assert [line_of(text, at) for at in (("a", "x"), ("b",), ("b", "z", 1), ("b", "y"))] == [2, 6, 9, 12]


KEY = st.sampled_from(["a", "b", "c.d", "x y", "ä"])
VALUE = st.recursive(
    st.integers() | st.sampled_from(["", "t\nwo", "]", "a = 1", "#"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100)
@given(st.dictionaries(KEY, VALUE, min_size=1, max_size=5))
def test_a_line_is_found_in_whatever_parses(tables: dict[str, object]) -> None:
    """Each top key is written on a line of its own, behind a comment."""
    lines = [
        line
        for key, value in tables.items()
        for line in ("# so", f"{json.dumps(key, ensure_ascii=False)} = {inline(value)}")
    ]
    text = "\n".join(lines)
    assert tomllib.loads(text) == tables
    assert [line_of(text, (key,)) for key in tables] == [2 * nth + 2 for nth in range(len(tables))]


def inline(value: object) -> str:
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {inline(each)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


# ---- the schema


def validate(text: str) -> None:
    """Hold a file against the schema, and that against what a schema is."""
    Draft7Validator(json.dumps(described())).validate(tomllib.loads(text))


def test_the_example_is_valid_by_the_schema_as_it_stands() -> None:
    validate(EXAMPLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity = 3", 'severity = "high"'),
        ("bot_token", "bot_tokn"),
        ('role = "manager"', 'role = "boss"'),
        ('guild = "123456789012345678"', 'guild = "my server"'),
        ('page = ["payments"]', "page = []"),
    ],
)
def test_the_schema_sees_what_is_wrong(old: str, new: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(ValidationError):
        validate(EXAMPLE.replace(old, new))


def test_every_setting_stands_in_the_example_and_says_what_it_is() -> None:
    """What the schema knows of the house and the chats can be read in the example, or is only for tests."""
    schema = json.loads(json.dumps(described()))
    tables = {"house": schema["$defs"]["House"], **schema["properties"]["chats"]["properties"]}
    for name, table in tables.items():
        for key in set(table["properties"]) - {"api", "gateway"}:
            assert re.search(rf"^#? ?{key} = ", EXAMPLE, re.MULTILINE), f"{name}.{key}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[house]\npages = [9]", ":2: house.pages: expected severities from 1 to 5, such as [1, 2]"),
        (
            "[chats.slack]\n[[followers]]\nroom = 'slak:C1'",
            ":3: followers.0.room: there is no [chats.slak]; did you mean slack?",
        ),
        ("[languages]\nslack = 'xx'", ":2: languages.slack: there are words in: en, zh-hans"),
        ("[languages]\nirc = 'en'", ":2: languages.irc: there is no such chat"),
        ("[rooms]\nput_away = '-1d'", ":2: rooms.put_away: expected a length of time such as 5m or 1h30m"),
        ("house = 3", ":1: house: expected a table, with a line for each setting"),
        ("[house]\npages = 1", ":2: house.pages: expected a list, in square brackets"),
        ("[house]\nroot = 'In Cident'", ":2: house.root: this has another form than it must have. It is: The word"),
        ("[house]\nroot = 7", ":2: house.root: expected a text, in quotes"),
        ("[house]\nseverity = 9", ":2: house.severity: expected at most 5"),
        ("[people.anna]\nname = ''", ":2: people.anna.name: this must not be empty"),
        (
            "[people.anna]\nname = 'A'\nrole = 'boss'",
            ":3: people.anna.role: expected viewer, responder, manager or admin",
        ),
        ("[ai]\nmodel = 'x'\ntimeout = '60s'", ":3: ai.timeout: expected at most 20 seconds"),
    ],
)
def test_what_cannot_work_is_told_in_plain_words(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "tocsin.toml"
    path.write_text(text)
    with pytest.raises(BadConfig) as no:
        load(path)
    assert f"{path}{told}" in str(no.value)
