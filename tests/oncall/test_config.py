"""Schedules and teams as they are configured, and what is said of bad ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import BadConfig, Config, File, load
from bot.oncall.overrides import Shift
from bot.oncall.shifts import shifts, who
from bot.oncall.teams import on_call
from bot.run.adapters import secrets

PEOPLE = """
[people.anna]
name = "Anna"
[people.boris]
name = "Boris"
[people.carlos]
name = "Carlos"
"""
PRIMARY = """
[schedules.primary]
zone = "America/Chicago"
[[schedules.primary.layers]]
participants = ["anna", ["boris", "carlos"]]
rotation = "daily"
from = 2020-03-06T02:30:00
"""


def configured(text: str, folder: Path) -> Config:
    path = folder / "tocsin.toml"
    path.write_text(text + PEOPLE, "utf-8")
    return load(path)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_schedule_is_what_it_says(tmp_path: Path) -> None:
    text = (
        PRIMARY
        + """
    [[schedules.primary.overrides]]
    from = "2020-03-07 12:00"
    until = "2020-03-07 13:00:01"
    on = "carlos"
    [[schedules.primary.temporary]]
    from = "2020-03-08 02:30"
    until = "2020-03-08 04:00"
    people = ["boris"]
    """
    )
    schedule = configured(text, tmp_path).rules().schedules["primary"]
    found = list(shifts(schedule, utc("2020-03-07T00:00-06:00"), utc("2020-03-08T12:00-05:00")))
    assert found == [
        Shift(utc("2020-03-07T00:00-06:00"), utc("2020-03-07T02:30-06:00"), ("anna",)),
        Shift(utc("2020-03-07T02:30-06:00"), utc("2020-03-08T03:00-05:00"), ("boris", "carlos")),
        Shift(utc("2020-03-08T03:00-05:00"), utc("2020-03-08T04:00-05:00"), ("boris",)),
        Shift(utc("2020-03-08T04:00-05:00"), utc("2020-03-08T12:00-05:00"), ("anna",)),
    ]  # carlos was on call already: adding him changed nothing


@pytest.mark.parametrize(
    ("hours", "at", "open"),
    [
        ('{ days = ["mon", "tue"], from = "22:00", to = "06:00" }', "2026-03-04T05:59", True),
        ('{ days = ["mon", "tue"], from = "22:00", to = "06:00" }', "2026-03-04T22:00", False),
        ('{ from = "9:00", to = "9:00" }', "2026-03-08T03:00", True),
        ('{ from = "fri 20:00", to = "mon 08:00" }', "2026-03-08T12:00", True),
        ('{ from = "fri 20:00", to = "mon 08:00" }', "2026-03-09T08:00", False),
        ('{ from = "sun 08:00", to = "sun 20:00" }', "2026-03-08T12:00", True),
        ('{ from = "sun 08:00", to = "sun 20:00" }', "2026-03-09T12:00", False),
        ('{ from = "sun 20:00", to = "sun 08:00" }', "2026-03-09T12:00", True),
        ('{ from = "sun 20:00", to = "sun 08:00" }', "2026-03-08T12:00", False),
    ],
)
def test_hours(hours: str, at: str, open: bool, tmp_path: Path) -> None:
    text = (
        f'[schedules.s]\nzone = "UTC"\nlayers = [{{ participants = ["anna"], from = 2026-01-01, hours = [{hours}] }}]'
    )
    schedule = configured(text.replace("2026-01-01", '"2026-01-01 00:00"'), tmp_path).rules().schedules["s"]
    assert bool(who(schedule, datetime.fromisoformat(at).replace(tzinfo=UTC))) is open


LAYER = 'layers = [{ participants = ["anna"], from = "2026-01-05 09:00"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[schedules.s]", "tocsin.toml:1: schedules.s: nobody is ever on call: expected at least one of `layers`, "),
        (
            '[schedules.s]\n\nlayers = [{ participants = [], from = "2026-01-05 09:00" }]',
            "tocsin.toml:3: schedules.s.layers.0.participants: nobody takes turns here: expected at least one person",
        ),
        (
            f'[schedules.s]\n{LAYER} }}]\nzone = "Mars/Olympus"',
            "tocsin.toml:3: schedules.s.zone: expected an IANA time zone such as Europe/Berlin",
        ),
        (
            '[schedules.s]\nlayers = [{ participants = ["zoe"], from = "2026-01-05 09:00" }]',
            "tocsin.toml:2: schedules.s.layers.0.participants: there is no such person under [people]: zoe",
        ),
        (
            f'[schedules.s]\n{LAYER} }}]\n[[schedules.s.overrides]]\non = "anna"\n'
            'from = "2026-02-02 09:00"\nuntil = "2026-02-01 09:00"',
            "tocsin.toml:3: schedules.s.overrides.0: it ends before it starts: `until` must be later than `from`",
        ),
        (
            f"[schedules.s]\n{LAYER} }}]\n[[schedules.s.overrides]]\n"
            'from = "2026-02-01 09:00"\nuntil = "2026-02-02 09:00"',
            "tocsin.toml:3: schedules.s.overrides.0: expected who comes (`on`), who goes (`off`), or both",
        ),
        (
            '[schedules.s]\nlayers = [{ participants = ["anna"], from = "2026-01-05T09:00+01:00" }]',
            "tocsin.toml:2: schedules.s.layers.0.from: expected a date and a time on the schedule's own clock, "
            "such as 2026-01-05 09:00",
        ),
        (
            f'[schedules.s]\n{LAYER}, rotation = "yearly" }}]',
            "tocsin.toml:2: schedules.s.layers.0.rotation: expected hourly, daily",
        ),
        (f"[schedules.s]\n{LAYER}, times = 0 }}]", "tocsin.toml:2: schedules.s.layers.0.times: expected at least 1"),
        (
            f'[schedules.s]\n{LAYER}, hours = [{{ from = "fri 20:00", to = "08:00" }}] }}]',
            "tocsin.toml:2: schedules.s.layers.0.hours.0: expected a day in both `from` and `to`",
        ),
        (
            f'[schedules.s]\n{LAYER}, hours = [{{ from = "25:00", to = "08:00" }}] }}]',
            "tocsin.toml:2: schedules.s.layers.0.hours.0.from: expected a clock time such as 18:00",
        ),
        (f"[schedules.anna]\n{LAYER} }}]", "tocsin.toml:1: schedules.anna: a person is called so, too"),
        ("[teams.t]", "tocsin.toml:1: teams.t: nobody is in it: expected `members` or a `schedule`"),
        ('[teams.t]\nschedule = "x"', "tocsin.toml:2: teams.t.schedule: there is no such schedule: x"),
        ('[teams.t]\nmembers = ["x"]', "tocsin.toml:2: teams.t.members: there is no such person under [people]: x"),
        ('[teams.t]\nmembers = ["anna"]\nroom = "irc:#x"', "tocsin.toml:3: teams.t.room: there is no such chat: irc"),
        (
            '[policies.p]\nsteps = [{ page = ["primry"] }]',
            "tocsin.toml:2: policies.p.steps.0.page: there is no such person, schedule or team: primry",
        ),
        (
            '[policies.p]\nsteps = [{ page = ["bors"] }]',
            "tocsin.toml:2: policies.p.steps.0.page: there is no such person, schedule or team: bors; did you mean",
        ),
        (
            "[policies.p]\nsteps = [{ page = [] }]",
            "tocsin.toml:2: policies.p.steps.0.page: nobody is paged here: expected",
        ),
        (
            "[policies.p]\nsteps = []",
            "tocsin.toml:2: policies.p.steps: nobody is ever paged: expected at least one step",
        ),
        (
            '[policies.p]\ncatch_all = ["irc:x"]\nsteps = [{ page = ["anna"] }]',
            "tocsin.toml:2: policies.p.catch_all: there is no such chat: irc",
        ),
        (
            '[policies.p]\nsteps = [{ page = ["webhook:ops"] }]',
            "tocsin.toml:2: policies.p.steps.0.page: there is no such webhook under [webhooks]: ops",
        ),
        ('[webhooks.ops]\nurl = "ftp://x"', "tocsin.toml:2: webhooks.ops.url: expected an address that begins with"),
        (
            '[webhooks.ops]\nurl = "http://10.0.0.1/x"',
            "tocsin.toml:1: webhooks.ops: it leads to an address inside your",
        ),
        (
            '[webhooks.ops]\nurl = "http://[::1]:80/x"',
            "tocsin.toml:1: webhooks.ops: it leads to an address inside your",
        ),
        (
            '[webhooks.ops]\nurl = "https://x.org"\nsecret = "a b"',
            "tocsin.toml:3: webhooks.ops.secret: expected whsec_",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["b"] }]\n[policies.b]\nsteps = [{ page = ["anna"] }]\ncatch_all = ["a"]',
            "tocsin.toml:2: policies.a.steps.0.page: it would page itself in a circle: a -> b -> a",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["b"] }]\n[policies.b]\nsteps = [{ page = ["anna"] }]',
            "tocsin.toml:2: policies.a.steps.0.page: b is a policy, and a step pages none: name its people, schedules",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["a"] }]',
            "tocsin.toml:2: policies.a.steps.0.page: it would page itself in a circle: a -> a",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["anna"] }]\nrepeat_from = 2',
            "tocsin.toml:3: policies.a.repeat_from: there are only 1 steps",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["anna"], hours = [{ from = "9", to = "18:00" }] }]',
            "tocsin.toml:2: policies.a.steps.0.hours.0.from: expected a clock time such as 18:00",
        ),
        ('[policies.a]\nsteps = [{ page = ["anna"] }]\nzone = "Mars/X"', "tocsin.toml:3: policies.a.zone: expected an"),
        (
            '[policies.a]\nsteps = [{ page = ["anna"] }]\n[[routes]]\npolicy = "b"',
            "tocsin.toml:4: routes.0.policy: there is no such policy: b",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["anna"] }]\n[[routes]]\npolicy = "a"\n[[routes]]\npolicy = "a"',
            "tocsin.toml:5: routes.1: no incident gets here: a route before it takes them all",
        ),
        (
            '[policies.a]\nsteps = [{ page = ["anna"] }]\n[[routes]]\npolicy = "a"\nseverities = [6]',
            "tocsin.toml:5: routes.0.severities: expected severities from 1 to 5",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfig) as wrong:
        configured(text, tmp_path)
    told = str(wrong.value).replace(f"{tmp_path}/", "").splitlines()
    assert any(line.startswith(said) for line in told), told


def test_a_webhook_s_address_and_secret_stand_in_no_log(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.toml"
    path.write_text('[webhooks.ops]\nurl = "https://x.org/T0KEN"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n')
    file = File.read(path)
    veiled = {"https://x.org/T0KEN", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    assert veiled <= secrets(file.config(), file)
    assert "T0KEN" not in repr(file.config())


def test_a_policy_is_what_it_says(tmp_path: Path) -> None:
    text = (
        PRIMARY
        + """
    [teams.web]
    schedule = "primary"
    [policies.p]
    ack_timeout = "30m"
    steps = [
        { page = ["anna"], hours = [{ days = ["mon"], from = "09:00", to = "18:00" }] },
        { page = ["anna", "web"], hours = [{ from = "09:00", to = "18:00" }] },
    ]
    [[routes]]
    policy = "p"
    services = ["Payments"]
    severities = [1]
    """
    )
    rules = configured(text, tmp_path).rules()
    policy = rules.policy(1, "payments")
    assert [(step.zone, len(step.windows)) for step in policy.steps] == [("UTC", 1), ("America/Chicago", 7)]
    assert (policy.ack_timeout, policy.repeat, policy.repeat_from) == (timedelta(minutes=30), 1, 1)
    assert policy.steps[1].holds(utc("2026-03-02T09:00-06:00"))
    assert not policy.steps[1].holds(utc("2026-03-02T08:59-06:00"))


# ---- files beside it


def test_a_schedule_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "nights.toml").write_text(f'zone = "UTC"\n{LAYER} }}]')
    config = configured(PRIMARY, tmp_path)
    assert set(config.rules().schedules) == {"primary", "nights"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'zone = "UTC"\n\n{LAYER}, tmes = 2 }}]', "schedules/nights.toml:3: schedules.nights.layers.0.tmes: there is"),
        ('layers = [{ participants = ["zoe"], from = "2026-01-05 09:00" }]', "schedules/nights.toml:1: "),
        ("zone = ", "schedules/nights.toml: this is not TOML"),
        ('zone = "${NOT_SET}"', "schedules/nights.toml:1: zone: the environment has no NOT_SET"),
    ],
)
def test_a_fault_in_it_is_told_with_its_file(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "nights.toml").write_text(text)
    with pytest.raises(BadConfig) as wrong:
        configured(PRIMARY, tmp_path)
    assert str(wrong.value).replace(f"{tmp_path}/", "").startswith(said)


def test_a_schedule_stands_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "schedules").mkdir()
    (tmp_path / "schedules" / "primary.toml").write_text(f"{LAYER} }}]")
    with pytest.raises(BadConfig, match=r"tocsin.toml:2: schedules.primary: it stands in .*primary.toml, too"):
        configured(PRIMARY, tmp_path)


# ---- whom a name means


def test_whom_a_target_means(tmp_path: Path) -> None:
    text = PRIMARY + '[teams.primary]\n[teams.all]\nmembers = ["anna", "carlos"]\n[teams.web]\nschedule = "primary"\n'
    rules = configured(text, tmp_path).rules()
    now = utc("2020-03-07T12:00-06:00")
    for target in ("primary", "web"):
        assert on_call(target, rules, {}, now) == ("boris", "carlos")
        assert on_call(target, rules, {}, now - timedelta(hours=12)) == ("anna",)
    assert on_call("all", rules, {}, now) == ("anna", "carlos")
    assert on_call("anna", rules, {}, now) == ("anna",)
    assert on_call("nobody", rules, {}, now) == ("nobody",)
