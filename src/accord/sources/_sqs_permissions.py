"""Policies of AWS as far as they tell who may take messages from a queue: one that cannot is about somebody else.

An IAM statement permits what its actions match (IAM User Guide, JSON policy elements: Action, with `*` and `?`).
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

_RECEIVE = "receivemessage"
_ACTION = re.compile(r"[\w-]+:[\w*?-]+|\*", re.ASCII)


def may_receive(actions: Iterable[str], effect: str = "Allow") -> bool:
    """Whether a statement of these actions lets anybody receive from a queue; also where an action is not plain text."""
    return effect != "Deny" and any(_receives(action) for action in actions)


def _receives(action: str) -> bool:
    if not _ACTION.fullmatch(action):
        return True
    service, _, name = action.lower().partition(":")
    pattern = re.escape(name).replace(r"\*", ".*").replace(r"\?", ".")
    return service == "*" or (service == "sqs" and re.fullmatch(pattern, _RECEIVE) is not None)


def receiving(policy: str) -> str | None:
    """What a policy, a text of JSON, has of statements that let anybody receive; None where the text is no policy."""
    if '"Statement"' not in policy:
        return None
    try:
        found = msgspec.json.decode(policy)
    except msgspec.MsgspecError:
        return None
    statements = found.get("Statement") if isinstance(found, Mapping) else None
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(each, Mapping) for each in listed):
        return None
    kept = [each for each in listed if isinstance(each, Mapping) and _lets_receive(each)]
    return msgspec.json.encode(kept).decode()


def _lets_receive(statement: Mapping[str, object]) -> bool:
    actions = statement.get("Action")
    if actions is None or "NotAction" in statement:
        return statement.get("Effect") != "Deny"
    listed = actions if isinstance(actions, list) else [actions]
    return may_receive((each if isinstance(each, str) else "" for each in listed), str(statement.get("Effect")))
