"""What pydantic found wrong, in plain words: what was expected, as somebody reads who never heard of pydantic."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

EXPECTED: Mapping[str, str] = {
    "missing": "this must be set",
    "model_type": "expected a table, with a line for each setting",
    "model_attributes_type": "expected a table, with a line for each setting",
    "dict_type": "expected a table, with a line for each name",
    "mapping_type": "expected a table, with a line for each name",
    "tuple_type": "expected a list, in square brackets",
    "list_type": "expected a list, in square brackets",
    "set_type": "expected a list, in square brackets",
    "string_type": "expected a text, in quotes",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a smaller number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a number that ends",
    "bool_type": "expected true or false, without quotes",
    "bool_parsing": "expected true or false, without quotes",
    "time_delta_type": "expected a length of time such as 5m or 1h30m",
    "time_delta_parsing": "expected a length of time such as 5m or 1h30m",
    "date_type": "expected a day such as 2026-12-01",
    "time_type": "expected a time of day such as 09:00",
    "time_parsing": "expected a time of day such as 09:00",
    "datetime_type": "expected a day and a time such as 2026-12-01T09:00",
    "datetime_parsing": "expected a day and a time such as 2026-12-01T09:00",
    "datetime_from_date_parsing": "expected a day and a time such as 2026-12-01T09:00",
    "literal_error": "expected {expected}",
    "enum": "expected {expected}",
    "string_too_short": "expected at least {min_length} letters",
    "string_too_long": "expected at most {max_length} letters",
    "too_short": "expected at least {min_length} of them",
    "too_long": "expected at most {max_length} of them",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
}
BRANCH = re.compile(r"(str|int|float|bool|timedelta|datetime|time|date|constrained-\w+)$|\w[\w-]*\[.*\]$")
"""How pydantic names the ways in which a value was tried: no place in a file."""


def expected(fault: Mapping[str, Any], about: str) -> str:
    """What was expected, in a clause; `about` says what the setting is."""
    kind, told = fault["type"], {name: _said(value) for name, value in fault.get("ctx", {}).items()}
    if kind == "string_pattern_mismatch":
        return f"this has another form than it must have{f'. It is: {about}' if about else ''}"
    if kind == "string_too_short" and told.get("min_length") == "1":
        return "this must not be empty"
    if kind in EXPECTED:
        return EXPECTED[kind].format(**told)
    return str(fault["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")


def _said(value: Any) -> str:
    """A limit as people write it: `5m`, not `timedelta(seconds=300)`."""
    found = re.search(r"timedelta\((?:days=(\d+))?(?:, )?(?:seconds=(\d+))?\)", repr(value))
    if not found:
        return str(value).replace("'", "").removesuffix(".0")
    seconds = int(found[1] or 0) * 86400 + int(found[2] or 0)
    return next((f"{seconds // unit}{name}" for name, unit in UNITS if seconds and seconds % unit == 0), "0s")


UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def placed(at: Sequence[Any], filled: Any) -> tuple[Any, ...]:
    """A fault's place without what is none in the file."""
    kept: list[Any] = []
    for part in at:
        there = part in filled if isinstance(filled, dict) else isinstance(part, int) and isinstance(filled, list)
        if there or not (isinstance(part, str) and BRANCH.match(part)):
            kept.append(part)
            filled = filled[part] if there and (isinstance(filled, dict) or part < len(filled)) else None
    return tuple(kept)
