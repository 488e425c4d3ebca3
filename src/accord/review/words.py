"""Words that no review has: they look from afterwards, blame a person, or make one cause of many."""

import re

FORBIDDEN = (
    "should have", "should've", "shouldn't have", "should not have", "could have", "could've", "couldn't have", "would have", "would've",
    "ought to", "if only", "failed to", "fails to", "failure to act", "neglected to", "forgot", "forgotten", "overlooked",
    "human error", "operator error", "user error", "pilot error", "careless", "carelessly", "carelessness", "negligent", "negligence",
    "incompetent", "incompetence", "sloppy", "lazy", "complacent", "complacency", "root cause", "blame", "at fault", "mistake", "mistakenly",
    "fastest", "slowest", "worst performer", "best performer", "ranking", "obviously", "should have known",
)  # fmt: skip
"""Whole words, in any case. After the lists of hindsight in Leveson's CAST handbook and Etsy's guide to debriefing, in own words."""

LATER = (
    "turned out", "turns out", "later found", "later emerged", "it later", "in hindsight", "with hindsight", "in retrospect", "afterwards",
    "established later", "would later", "we now know", "as is known now",
)  # fmt: skip
"""Words of what was established later: only a line that is stamped so may hold them."""
_LATER = re.compile(rf"\b(?:{'|'.join(map(re.escape, LATER))})\b", re.I)
_ANY = re.compile(rf"\b(?:{'|'.join(re.escape(word) for word in sorted(FORBIDDEN, key=len, reverse=True))})\b", re.I)
_INSTEAD = {"failed to": "did not", "fails to": "does not", "root cause": "cause"}
LEFT_OUT = "[...]"
_UNSEEN = re.compile("[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")


def forbidden_in(text: str) -> str:
    """The first such word as it stands there; empty where there is none."""
    found = _ANY.search(" ".join(text.split()))
    return found[0] if found else ""


def later_in(text: str) -> str:
    """The first word of what was established later; empty where there is none."""
    found = _LATER.search(" ".join(text.split()))
    return found[0] if found else ""


def unseen_in(text: str) -> str:
    """The first character that does not show, or turns the order of those that do; spaces and line breaks are none."""
    found = _UNSEEN.search(text)
    return found[0] if found else ""


def neutral(text: str) -> str:
    """A quoted text without such words and characters: what has a plain word instead gets it, the rest is visibly left out."""
    flat = _UNSEEN.sub("\ufffd", " ".join(text.split()))
    return _ANY.sub(lambda found: _INSTEAD.get(found[0].lower(), LEFT_OUT), flat)
