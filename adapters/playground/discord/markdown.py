"""Discord's markdown as its client shows it: safe markup, and the same in bare letters."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from html import escape

Shown = tuple[str, str]
"""Safe HTML, and bare letters."""

INLINE = re.compile(
    r"""
      \\(?P<escaped>[^A-Za-z0-9\s])
    | (?P<ticks>`+)(?P<code>.*?[^`])(?P=ticks)(?!`)
    | \[(?P<label>(?:\\.|[^\]\\\n])+)\]\(<?(?P<masked>https?://[^\s)>]+)>?\)
    | <(?P<quiet>https?://[^\s>]+)>
    | (?P<url>https?://[^\s<]*[^\s<.,:;"'\])])
    | <t:(?P<moment>-?\d{1,13})(?::(?P<shape>[tTdDfFR]))?>
    | <@!?(?P<user>\d+)>
    | <\#(?P<channel>\d+)>
    | <@&(?P<role>\d+)>
    | (?P<all>@(?:everyone|here))\b
    | \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<under>(?:\\.|[^\\])+?)__(?!_)
    | ~~(?P<strike>(?:\\.|[^\\])+?)~~
    | \|\|(?P<spoiler>(?:\\.|[^\\])+?)\|\|
    | \*(?P<italic>(?![\s*])(?:\\.|[^\\*])+?)\*
    | \b_(?P<slanted>(?:\\.|[^\\_])+?)_\b
    """,
    re.VERBOSE | re.DOTALL,
)
FENCE = re.compile(r"```(?:[A-Za-z0-9+#-]*\n)?\n?(.+?)\n?```", re.DOTALL)
LINE = re.compile(r"^(?P<mark>(?P<small>-#)|(?P<head>\#{1,3})|(?P<item>\s*[-*])|(?P<quote>>))[ ](?P<rest>.*)$")
TAGS = {"bold": "strong", "under": "u", "strike": "s", "spoiler": "mark", "italic": "em", "slanted": "em"}
SHAPES = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "D": "%-d %B %Y", "f": "%-d %B %Y %H:%M"}
FULL = "%A, %-d %B %Y %H:%M"


Names = tuple[tuple[str, str], ...]
"""What is called how: id and name."""


@lru_cache(maxsize=8)
def reader(users: Names, channels: Names, now: datetime) -> "Reader":
    """The same one, until somebody is called otherwise or time has passed: a client does not read anew what stands."""
    return Reader(users, channels, now)


class Reader:
    """What a client knows when it shows a message: who is who, and what time it is."""

    def __init__(self, users: Names, channels: Names, now: datetime) -> None:
        self.users, self.channels, self.now = dict(users), dict(channels), now
        self.read: Callable[[str], Shown] = lru_cache(maxsize=4096)(self._read)
        """A message's text."""

    def _read(self, text: str) -> Shown:
        html, bare = "", ""
        for number, part in enumerate(FENCE.split(text)):
            if number % 2:
                html, bare = f"{html}<pre><code>{escape(part)}</code></pre>", f"{bare}{part}\n"
            elif part:
                shown = [self._line(each) for each in part.strip("\n").split("\n")]
                html += "".join(line[0] for line in shown)
                bare += "\n".join(line[1] for line in shown) + "\n"
        return html, bare.rstrip("\n")

    def _line(self, text: str) -> Shown:
        found = LINE.match(text)
        if found is None:
            html, bare = self.inline(text)
            return f"<div>{html or '<br>'}</div>", bare
        html, bare = self.inline(found["rest"])
        if found["small"]:
            return f"<small>{html}</small>", bare
        if found["head"]:
            return f"<h{len(found['head']) + 2}>{html}</h{len(found['head']) + 2}>", bare
        if found["item"]:
            return f"<li>{html}</li>", f"• {bare}"
        return f"<blockquote>{html}</blockquote>", bare

    def inline(self, text: str) -> Shown:
        """What stands within a line."""
        html, bare, end = "", "", 0
        for found in INLINE.finditer(text):
            between = text[end : found.start()]
            tag, letters = self._run(found)
            html, bare, end = f"{html}{escape(between)}{tag}", f"{bare}{between}{letters}", found.end()
        return html + escape(text[end:]), bare + text[end:]

    def _run(self, found: re.Match[str]) -> Shown:
        kind, value = next((key, value) for key, value in found.groupdict().items() if value is not None)
        match kind:
            case "escaped":
                return escape(value), value
            case "ticks":
                return f"<code>{escape(found['code'])}</code>", found["code"]
            case "label":
                html, bare = self.inline(value)
                return link(found["masked"], html), bare
            case "quiet" | "url":
                return link(value, escape(value)), value
            case "moment":
                return self._moment(int(value), found["shape"] or "f")
            case "user":
                return mention("@" + self.users.get(value, "unknown-user"))
            case "channel":
                return mention("#" + self.channels.get(value, "unknown"))
            case "role" | "all":
                return mention(value if kind == "all" else "@role")
        html, bare = self.inline(value)
        return f"<{TAGS[kind]}>{html}</{TAGS[kind]}>", bare

    def _moment(self, stamp: int, shape: str) -> Shown:
        try:
            at = datetime.fromtimestamp(stamp, UTC)
        except (OverflowError, ValueError, OSError):
            return "Invalid Date", "Invalid Date"
        text = ago(at, self.now) if shape == "R" else at.strftime(SHAPES.get(shape, FULL))
        return f'<time datetime="{at.isoformat()}">{escape(text)}</time>', text


def link(url: str, html: str) -> str:
    """An anchor around safe markup."""
    return f'<a href="{escape(url)}">{html}</a>'


def mention(name: str) -> Shown:
    """A highlighted name."""
    return f'<span class="mention">{escape(name)}</span>', name


def ago(at: datetime, now: datetime) -> str:
    """`5 minutes ago`, `in 2 hours`."""
    seconds = (at - now).total_seconds()
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = round(abs(seconds) / size)
        if count or unit == "second":
            break
    many = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {many}" if seconds > 0 else f"{many} ago"
