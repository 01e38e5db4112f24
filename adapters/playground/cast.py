"""Who plays: the demo's example company, and the lines it opens with."""

from adapters.playground.stage import Actor

ANNA = Actor(
    "anna",
    "Anna Nowak",
    {"slack": "U0ANNA0001", "discord": "182044716035801088", "telegram": "504210001"},
)
BORIS = Actor(
    "boris",
    "Boris Petrov",
    {"discord": "239871450112262145", "telegram": "504210002"},
)
MIA = Actor(
    "mia",
    "Mia Chen",
    {"slack": "U0MIA00003", "telegram": "504210003"},
    locale="zh-CN",
)
CARLOS = Actor(
    "carlos",
    "Carlos Diaz",
    {"slack": "U0CARLOS04", "discord": "301556872940716034"},
)
DANA = Actor("dana", "Dana Levi", {"slack": "U0DANA0005"})
"""A newcomer: she has an account on Slack, and nobody has linked it yet."""

COMPANY = (ANNA, BORIS, MIA, CARLOS, DANA)

LINES = (
    ("slack", "anna", "/incident declare Checkout is down --sev 1"),
    ("telegram", "boris", "/incident ack"),
    ("discord", "anna", "/incident update Rolled back the release, errors are falling"),
    ("slack", "mia", "/incident summary"),
)
"""What to try first: platform, actor, what they type."""
