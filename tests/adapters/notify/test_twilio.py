"""`X-Twilio-Signature`, held against the vectors of Twilio's documentation and of its own libraries."""

import pytest

from adapters.notify.twilio import signature, signed

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PARAMS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
OLDER = [(name, value.replace("+14158675309", "+12349013030")) for name, value in PARAMS]


def test_the_documented_examples() -> None:
    assert signature("12345", URL, PARAMS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature("12345", URL, OLDER) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_name_that_is_there_twice() -> None:
    pairs = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert signature("12345", URL, pairs) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL.replace(".com", ".com:1234"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (URL.replace(".com", ".com:1234").replace("https", "http"), "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ],
)
def test_the_port_may_be_left_out_or_not(url: str, claimed: str) -> None:
    assert signed("12345", url, PARAMS, claimed)


@pytest.mark.parametrize("claimed", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "rsoydt4t1cutdk1pdd93/vvr8b8=", "ü"])
def test_nothing_else_will_do(claimed: str) -> None:
    assert not signed("12345", URL, PARAMS, claimed)
    assert not signed("12346", URL, PARAMS, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not signed("12345", URL, PARAMS[1:], "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
