"""What stands behind a call: all that is said of it, and of the calls that its operation needs, and so on."""

from collections.abc import Iterator, Mapping

from accord.boundaries.join.boundary import Key
from accord.boundaries.join.calling import calls_of
from accord.boundaries.join.resolution import Said
from accord.model.fact import ANY
from accord.model.subject import operation_of, provider_of

_NOTHING: Said = {}


def said_behind(assumed: Mapping[Key, Said], promised: Mapping[tuple[str, str], Said], *keys: Key) -> Iterator[Said]:
    """All that is said of these calls and of those behind them, place by place; of `any` operation after the named one."""
    waiting, seen = [*keys], set(keys)
    while waiting:
        consumer, provider, operation = waiting.pop()
        for named in (operation, ANY):
            of_provider = promised.get((provider, named), _NOTHING)
            yield assumed.get((consumer, provider, named), _NOTHING)
            yield assumed.get(("", provider, named), _NOTHING)
            yield of_provider
            for need in of_provider.get("needs", ()):
                for call in calls_of(need):
                    following = (provider, provider_of(call), operation_of(call) or ANY)
                    if following not in seen:
                        seen.add(following)
                        waiting.append(following)
