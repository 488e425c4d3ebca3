"""LogQL, the language of Loki, as far as routing asks for it: which labels an alert of it can carry."""

import re

from accord.model.alerting import Expression
from accord.sources._promql import EVERY_OTHER, UNKNOWN

_LOOKS = re.compile(r"\|[=~>]|[}\"`]\s*\|\s*\w|!=\s*`")
_TEXTS = re.compile(r"\"(?:\\.|[^\"\\])*\"|`[^`]*`|#[^\n]*")
_GATHERS = re.compile(r"[\s(]*(?:sum|avg|min|max|count|stddev|stdvar)\b")
_BY = re.compile(r"\bby\s*\(([^()]*)\)")
_OTHERWISE = re.compile(r"\b(?:without|topk|bottomk|sort|sort_desc|label_replace|group_left|group_right|or)\b")


def looks_like_logql(text: str) -> bool:
    """Whether an expression that is no PromQL filters lines, as LogQL does."""
    return _LOOKS.search(text) is not None


def may_be_logql(text: str) -> bool:
    """Whether an expression can be LogQL at all: it selects streams, or is nothing but a number."""
    return "{" in text or text.lstrip("( ").startswith("vector(")


def parse_logql(text: str) -> Expression:
    """The labels by which it gathers, where it gathers at all: no others come along. Any may where that cannot be told."""
    bare = _TEXTS.sub("", text)
    if not _GATHERS.match(bare) or _OTHERWISE.search(bare):
        return UNKNOWN
    named = (name.strip() for clause in _BY.findall(bare) for name in clause.split(","))
    return Expression(carried=tuple(sorted(set(filter(None, named)))), dropped=(EVERY_OTHER,))
