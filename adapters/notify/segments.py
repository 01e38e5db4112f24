"""How long a text message is: 160 letters of the telephone's own alphabet, or 70 of any, and less when it is cut.

3GPP TS 23.038 (the alphabet), TS 23.040 (a part of several loses 6 bytes to its header).
"""

import re

ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")
"""Letters that take the room of two."""
PLAINER = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "…": "...",
        "·": "-",
        "•": "-",
        "\u00a0": " ",
    }
)
"""What would make a message twice as dear for the sake of a quotation mark."""


def segments(text: str) -> int:
    """How many messages a text is sent as."""
    if set(text) <= ALPHABET | DOUBLE:
        length, whole, part = len(text) + sum(letter in DOUBLE for letter in text), 160, 153
    else:
        length, whole, part = len(text.encode("utf-16-be", "replace")) // 2, 70, 67
    return 1 if length <= whole else -(-length // part)


def plainer(text: str) -> str:
    """The text without marks that only look better: symbols before a headline, curly quotes."""
    return re.sub(r"[\u2190-\u2bff\ufe0f]\s?", "", text.translate(PLAINER)).strip()


def fit(head: str, tail: str, most: int) -> str:
    """Both in so many messages at most: the tail whole, the head as far as it goes."""
    if segments(whole := f"{head}{tail}") <= most:
        return whole
    short, long = 0, len(head)
    while short < long:
        middle = (short + long + 1) // 2
        short, long = (middle, long) if segments(f"{head[:middle]}...{tail}") <= most else (short, middle - 1)
    return f"{head[:short].rstrip()}...{tail}"
