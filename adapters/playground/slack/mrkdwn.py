"""Slack's own mark-up and its rich text, as the client draws them: safe HTML."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from typing import Any

from adapters.playground.slack.workspace import Workspace

TOKEN = re.compile(r"```(?P<pre>.+?)```|`(?P<code>[^`\n]+)`|<(?P<ref>[^<>\n]+)>", re.DOTALL)
EDGE = r"(?<![\w{0}])\{0}(?=\S)([^{0}\n]*[^{0}\s])\{0}(?![\w{0}])"
STYLES = ((re.compile(EDGE.format("*")), "b"), (re.compile(EDGE.format("_")), "i"), (re.compile(EDGE.format("~")), "s"))
HELD = re.compile("\ue000(\\d+)\ue001")
CLOCK = {"time": "%H:%M", "time_secs": "%H:%M:%S", "date_num": "%Y-%m-%d"}
SAFE = re.compile(r"^(https?|mailto|slack):", re.IGNORECASE)


def mrkdwn(text: str, at: Workspace) -> str:
    """A text in the platform's mark-up, where only `&`, `<` and `>` can be escaped."""
    held: list[str] = []

    def hold(found: re.Match[str]) -> str:
        held.append(token(found, at))
        return f"\ue000{len(held) - 1}\ue001"

    html = escape(unescape(TOKEN.sub(hold, text)), quote=False)
    for style, tag in STYLES:
        html = style.sub(rf"<{tag}>\1</{tag}>", html)
    quoted = re.sub(r"(?m)^&gt; ?(.*)$", r"<blockquote>\1</blockquote>", html)
    return HELD.sub(lambda found: held[int(found[1])], quoted.replace("\n", "<br>"))


def token(found: re.Match[str], at: Workspace) -> str:
    """A box of code, or something in angle brackets."""
    if found["pre"]:
        return f"<pre>{escape(unescape(found['pre'].strip()))}</pre>"
    if found["code"]:
        return f"<code>{escape(unescape(found['code']))}</code>"
    return reference(unescape(found["ref"]), at)


def reference(ref: str, at: Workspace) -> str:
    """What stands in angle brackets: a person, a channel, a special word, a link."""
    target, _, label = ref.partition("|")
    match target[0], target[1:]:
        case "@", user:
            return mention(f"@{called(user, at)}")
        case "#", channel:
            return mention(f"#{at.channels[channel].name if channel in at.channels else label or channel}")
        case "!", special:
            return (
                dated(special, label, at)
                if special.startswith("date^")
                else mention(f"@{label or special.split('^')[0]}")
            )
    return link(target, label)


def dated(special: str, fallback: str, at: Workspace) -> str:
    """`date^1392734382^{date_short} {time}`, in the reader's zone: here UTC."""
    _, ts, shape, *_ = [*special.split("^"), "", ""]
    return time(int(ts), shape, at.clock.now()) if ts.isdecimal() else escape(fallback)


def time(ts: int, shape: str, now: datetime) -> str:
    """An instant in one of the platform's shapes."""
    at = datetime.fromtimestamp(ts, UTC)
    shown = re.sub(r"\{(\w+)\}", lambda found: instant(at, found[1], now), shape)
    return f'<time datetime="{at.isoformat()}">{escape(shown)}</time>'


def instant(at: datetime, shape: str, now: datetime) -> str:
    """It, as `{time}` or another part of a shape writes it."""
    if shape in CLOCK:
        return at.strftime(CLOCK[shape])
    if shape == "ago":
        return ago(now - at)
    if shape.endswith("_pretty") and (days := (now.date() - at.date()).days) in (0, 1):
        return "yesterday" if days else "today"
    return f"{at:%b} {at.day}"


def ago(length: timedelta) -> str:
    """How long since, in the one unit that says it."""
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if count := int(length.total_seconds() // seconds):
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def mention(text: str) -> str:
    """Somebody or some place, highlighted."""
    return f'<span class="mention">{escape(text)}</span>'


def called(user: str, at: Workspace) -> str:
    """How somebody is called."""
    return at.users[user].real_name if user in at.users else user


def link(url: str, label: str = "") -> str:
    """A link, if it leads to the web."""
    shown = escape(label or url)
    return f'<a href="{escape(url)}">{shown}</a>' if SAFE.match(url) else shown


# ---- rich text


def rich(elements: Sequence[Mapping[str, Any]], at: Workspace) -> str:
    """A rich_text block."""
    return "".join(RICH[each["type"]](each, at) for each in elements)


def section(each: Mapping[str, Any], at: Workspace) -> str:
    """Runs, one after the other."""
    return f"<p>{runs(each, at)}</p>"


def bullets(each: Mapping[str, Any], at: Workspace) -> str:
    """A list."""
    tag = "ol" if each["style"] == "ordered" else "ul"
    return f"<{tag}>{''.join(f'<li>{runs(item, at)}</li>' for item in each['elements'])}</{tag}>"


def runs(each: Mapping[str, Any], at: Workspace) -> str:
    """The runs of a section."""
    return "".join(run(inner, at) for inner in each["elements"])


def run(each: Mapping[str, Any], at: Workspace) -> str:
    """One run, in its style."""
    html = drawn(each, at)
    styles = each.get("style", {})
    for name, tag in (("code", "code"), ("bold", "b"), ("italic", "i"), ("strike", "s")):
        html = f"<{tag}>{html}</{tag}>" if styles.get(name) else html
    return html


def drawn(each: Mapping[str, Any], at: Workspace) -> str:
    """One run's letters: never mark-up."""
    match each["type"]:
        case "text":
            return escape(each["text"], quote=False).replace("\n", "<br>")
        case "link":
            return link(each["url"], each.get("text", ""))
        case "user":
            return mention(f"@{called(each['user_id'], at)}")
        case "channel":
            return reference(f"#{each['channel_id']}", at)
        case "broadcast":
            return mention(f"@{each['range']}")
        case "emoji":
            return f":{escape(each['name'])}:"
        case "date":
            return time(int(each["timestamp"]), each["format"], at.clock.now())
    return ""


Painter = Callable[[Mapping[str, Any], Workspace], str]
RICH: Mapping[str, Painter] = {
    "rich_text_section": section,
    "rich_text_list": bullets,
    "rich_text_quote": lambda each, at: f"<blockquote>{runs(each, at)}</blockquote>",
    "rich_text_preformatted": lambda each, at: f"<pre>{runs(each, at)}</pre>",
}
