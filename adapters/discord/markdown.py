"""Rich text as Discord's markdown: what people typed stays letters, whatever they typed.

https://docs.discord.com/developers/reference#message-formatting
"""

import re
from collections.abc import Iterable

from bot.text.rich import Block, Code, Inline, Item, Line, Moment, Para, Quote, Run, Text, plain

SHAPES = {"time": "t", "date": "f", "ago": "R"}
ADDRESS = re.compile(r"(https?://[^\s<>*|`\\]*[^\s<>*|`\\.,:;!?\"')\]])")
MARKUP = re.compile(r"[\\*_~|`\[\]<]")
EVERYONE = re.compile(r"@(?=everyone|here)")
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns the letters after it around: a name could so rewrite what we say beside it."""
STARTS = re.compile(r"^(\s*)(#{1,3}\s|-#|>|[-+]\s|\d+(?=[.)]\s))", re.MULTILINE)
BREAK = "\u200b"
"""Nothing to see: it keeps two marks, or a mark and a name, from being read together."""


def escape(text: str, address: str = "{}") -> str:
    """Letters that stay letters. An address leads somewhere still: it stands as `address` has it."""
    parts = ADDRESS.split(tame(text))
    escaped = (address.format(part) if at % 2 else MARKUP.sub(r"\\\g<0>", part) for at, part in enumerate(parts))
    return EVERYONE.sub("@" + BREAK, "".join(escaped))


def tame(text: str) -> str:
    """The letters without those that turn others around."""
    return TURNED.sub("", text)


def line(runs: Iterable[Inline]) -> str:
    """A line, without what would make a heading or a list of its beginning."""
    parts: list[str] = []
    for part in merged(runs):
        shown = inline(part)
        clash = parts and parts[-1][-1:] in "*~`" and shown[:1] in "*~`"
        parts.append(BREAK + shown if clash else shown)
    return STARTS.sub(mask, "".join(parts))


def mask(found: re.Match[str]) -> str:
    """A beginning that is no markup any more."""
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def merged(runs: Iterable[Inline]) -> list[Inline]:
    """The runs, with neighbours in one style as one: `**a****b**` would show its marks."""
    made: list[Inline] = []
    for part in runs:
        last = made[-1] if made else None
        if isinstance(part, Run) and isinstance(last, Run) and style(part) == style(last):
            made[-1] = Run(last.text + part.text, *style(part))
        else:
            made.append(part)
    return made


def style(run: Run) -> tuple[bool, bool, bool, bool, str]:
    return run.bold, run.italic, run.strike, run.code, run.link


def inline(part: Inline) -> str:
    """A run with its marks; an instant in the reader's own zone."""
    if isinstance(part, Moment):
        return f"<t:{int(part.at.timestamp())}:{SHAPES[part.shape]}>"
    if part.code:
        return "`{}`".format(tame(part.text).replace("`", "\u02cb"))
    # Between angles an address ends where it ends, and not behind the marks around it; it unfolds no preview.
    text = escape(part.text, "{}" if part.link else "<{}>")
    core = text.strip()
    marked = core
    for mark, on in (("~~", part.strike), ("*", part.italic), ("**", part.bold)):
        marked = f"{mark}{marked}{mark}" if on and core else marked
    # A mark beside a space is none.
    whole = text.replace(core, marked, 1) if core else text
    return linked(whole, part) if part.link else whole


def linked(text: str, run: Run) -> str:
    """Text that leads somewhere. Discord shows no link whose text looks like another address."""
    if not run.link.startswith(("https://", "http://")) or re.search(r"\s", run.link):
        return text
    url = run.link.translate({ord("("): "%28", ord(")"): "%29", ord("<"): "%3C", ord(">"): "%3E"})
    return f"<{url}>" if "://" in run.text else f"[{text}]({url})"


def block(each: Block) -> str:
    """A block on lines of its own."""
    match each:
        case Para():
            return line(each.line)
        case Item():
            return "- " + line(each.line).replace("\n", "\n  ")
        case Quote():
            return "\n".join(f"> {row}" for row in line(each.line).split("\n"))
        case Code():
            inside = tame(each.text).replace("```", "\u02cb\u02cb\u02cb")
            return f"```\n{inside}\n```"


def text(blocks: Text, most: int) -> str:
    """The blocks, in at most so many characters: what does not fit is cut at a letter, never within a mark."""
    # Marks only add letters: of what is longer without them, no more than so many letters are ever shown.
    letters = len(plain(blocks))
    blocks = cut(blocks, most) if letters > most else blocks
    whole = "\n".join(map(block, blocks))
    if letters <= most and len(whole) <= most:
        return whole
    low, high = 0, min(letters, most)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len("\n".join(map(block, cut(blocks, middle)))) <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return "\n".join(map(block, cut(blocks, low)))


def cut(blocks: Text, letters: int) -> Text:
    """The first so many letters of the blocks, and an ellipsis."""
    made: list[Block] = []
    for each in blocks:
        if isinstance(each, Code):
            made.append(each if len(each.text) <= letters else Code(short(each.text, letters + 1)))
            letters -= len(each.text)
        else:
            kept = tuple(first(each.line, letters))
            made.append(type(each)(kept))
            letters -= sum(len(part.text) for part in each.line)
        if letters < 0:
            break
    return tuple(made)


def first(runs: Line, letters: int) -> Iterable[Inline]:
    """The first so many letters of a line, and an ellipsis where some are gone."""
    for part in runs:
        if len(part.text) > letters:
            yield Run(part.text[: max(letters, 0)] + "…", *style(part)) if isinstance(part, Run) else Run("…")
            return
        yield part
        letters -= len(part.text)


def short(letters: str, most: int) -> str:
    """At most so many letters, with an ellipsis where some are gone."""
    letters = tame(letters)
    return letters if len(letters) <= most else letters[: max(most - 1, 0)] + "…"


def title(runs: Line, most: int) -> str:
    """A heading: it is bold already, and instants would stand there as numbers."""
    letters = plain(runs)
    letters = short(letters, most) if len(letters) > most else letters
    while len(escape(letters)) > most:
        letters = short(letters, len(letters) - max(1, len(escape(letters)) - most))
    return escape(letters)
