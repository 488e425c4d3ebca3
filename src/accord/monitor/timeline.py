"""What has happened so far in a witness: requests and their attempts, pages, and when a deviation began and was seen."""

from collections.abc import Iterator
from math import inf, prod

from msgspec import Struct, field

from accord.model.contract_values import Backoff
from accord.model.fact import Fact
from accord.model.witness import Step, Witness
from accord.monitor.speech import is_callers, is_of_party, is_providers, provider_of

LIMITS = ("timeout.attempt", "timeout.connect", "timeout.idle")
"""The terms that limit one attempt."""


class Attempt(Struct):
    """One try: when it began, was held back, left by its caller, answered, and when its effect took place."""

    number: int
    began: int
    held: int = 0
    left: int | None = None
    left_by: str = ""
    answered: int | None = None
    answer: Fact | None = None
    acted: int | None = None

    @property
    def failed(self) -> bool:
        """Whether it is over for its caller without success: left before an answer, or answered with an error."""
        return self.left is not None or self.refused

    @property
    def refused(self) -> bool:
        """Whether it was answered with an error."""
        return self.answer is not None and self.answer.term.startswith("errors.")

    @property
    def ended(self) -> int | None:
        """When it was over for its caller."""
        return self.left if self.left is not None else self.answered


class Request(Struct):
    """What a caller wants once; `serves` is the attempt of somebody else on whose behalf it asks."""

    caller: str
    about: str
    number: int
    began: int
    serves: Attempt | None = None
    serving: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    cut: int | None = None
    told: int | None = None

    def attempt(self, number: int) -> Attempt | None:
        """The attempt of this number, where it has begun."""
        return self.attempts[number - 1] if 0 < number <= len(self.attempts) else None


class Page(Struct):
    """A party that was paged, by whom, when it acknowledged and was able to act."""

    party: str
    at: int
    acknowledged: int | None = None
    arrived: int | None = None


class Timeline(Struct):
    """The story up to the step under judgement; `facts` are all facts of the witness, for what was said once."""

    witness: Witness
    facts: tuple[Fact, ...]
    now: int = 0
    requests: list[Request] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    broke: dict[str, int] = field(default_factory=dict)
    spread: dict[str, int] = field(default_factory=dict)
    detected: dict[str, tuple[int, str]] = field(default_factory=dict)
    recovered: dict[str, int] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    worked: dict[str, int] = field(default_factory=dict)
    told: list[Step] = field(default_factory=list)

    # ------------------------------------------------------------------ calls

    def request(self, caller: str, about: str, number: int) -> Request | None:
        """The caller's request at `about` of this number; 0 is 1."""
        return next(
            (one for one in self.requests if (one.caller, one.about, one.number) == (caller, about, max(number, 1))),
            None,
        )

    def requests_at(self, about: str, number: int) -> list[Request]:
        """The requests of any caller at `about` of this number; 0 is 1."""
        return [one for one in self.requests if one.about == about and one.number == max(number, 1)]

    def served_by(self, party: str) -> Iterator[tuple[Request, Attempt]]:
        """The calls that have reached this party and that it has not answered yet."""
        for request in self.requests:
            if provider_of(request.about) == party != request.caller:
                yield from ((request, attempt) for attempt in request.attempts if attempt.answered is None)

    def made_for(self, attempt: Attempt) -> list[Request]:
        """The requests that were made to serve this attempt."""
        return [request for request in self.requests if request.serves is attempt]

    def of_caller(self, term: str, caller: str, about: str) -> list[Fact]:
        """What the witness holds of a term that this caller says of the operation."""
        return [fact for fact in self.facts if fact.term == term and is_callers(fact, caller, about)]

    def of_provider(self, term: str, about: str) -> list[Fact]:
        """What the witness holds of a term that the provider says of the operation."""
        return [fact for fact in self.facts if fact.term == term and is_providers(fact, about)]

    def of_party(self, term: str, party: str) -> list[Fact]:
        """What the witness holds of a term that is said of this party."""
        return [fact for fact in self.facts if fact.term == term and is_of_party(fact, party)]

    def tries(self, caller: str, about: str) -> int | None:
        """How many tries the facts state in all: attempts of several layers multiply. None is without end; 1 where nobody says."""
        by_layer: dict[str, int] = {}
        for fact in self.of_caller("attempts", caller, about):
            if not isinstance(fact.value, int):
                return None
            by_layer[fact.layer] = max(fact.value, by_layer.get(fact.layer, 0))
        return prod(by_layer.values())

    def is_over(self, request: Request) -> bool:
        """Whether no further attempt of the request will come."""
        if not request.attempts or request.attempts[-1].ended is None:
            return False
        if request.cut is not None or request.told is not None or not request.attempts[-1].failed:
            return True
        tries = self.tries(request.caller, request.about)
        if (tries is not None and len(request.attempts) >= tries) or not self.is_repeated(request):
            return True
        return self.next_begins(request) >= self.limit_of(request)

    def limit_of(self, request: Request, layer: str | None = None) -> float:
        """When the limit of the whole request is over, as the facts of the witness say; never where they do not."""
        limits = self.of_caller("timeout.request", request.caller, request.about)
        values = [fact.value for fact in limits if isinstance(fact.value, int) and layer in (None, fact.layer)]
        return request.began + min(values) if values else inf

    def next_begins(self, request: Request) -> float:
        """When the next attempt begins at the earliest: after the shortest pause that the facts of the witness state."""
        ended = request.attempts[-1].ended
        return inf if ended is None else ended + self.pause_of(request)

    def may_begin(self, request: Request) -> set[int]:
        """When the next attempt may begin: after the first or the longest pause that the facts of the witness state."""
        ended = request.attempts[-1].ended
        return set() if ended is None else {ended + pause for pause in self._pauses_of(request)}

    def pause_of(self, request: Request) -> int:
        """The shortest pause before a further attempt, none where the facts of the witness state none."""
        return min(self._pauses_of(request))

    def _pauses_of(self, request: Request) -> tuple[int, ...]:
        pauses = [fact.value for fact in self.of_caller("backoff", request.caller, request.about)]
        return next(((value.first, value.longest) for value in pauses if isinstance(value, Backoff)), (0,))

    def is_repeated(self, request: Request) -> bool:
        """Whether the caller asks again after the way the last attempt went; where it does not say, it does."""
        lists = self.of_caller("retry_on", request.caller, request.about)
        words = {word for fact in lists if isinstance(fact.value, tuple) for word in fact.value}
        last = request.attempts[-1]
        if not lists or "any" in words:
            return True
        if last.left is None and last.answer is not None:
            return bool(words & error_words(last.answer))
        return "connect" in words if last.left_by == "timeout.connect" else "timeout" in words

    def ends(self, request: Request) -> int | None:
        """When the request was over, or None where it is not."""
        if not self.is_over(request):
            return None
        return request.cut if request.cut is not None else request.attempts[-1].ended

    # ------------------------------------------------------------------ people

    def page_of(self, party: str) -> Page | None:
        """The latest page of this party."""
        return next((page for page in reversed(self.pages) if page.party == party), None)

    def last_act(self) -> Step | None:
        """The act before, among those that carry a deviation towards its repair."""
        return next((step for step in reversed(self.told) if step.act in CARRYING), None)

    def said(self, *terms: str) -> list[Step]:
        """The steps so far in which somebody `states` a fact of one of these terms (or of a family that ends in a dot)."""
        return [step for step in self.told if step.act == "states" and step.fact and is_one_of(step.fact.term, terms)]

    def facts_of(self, *terms: str) -> list[Fact]:
        """All facts of the witness of one of these terms (or of a family that ends in a dot)."""
        return [fact for fact in self.facts if is_one_of(fact.term, terms)]


CARRYING = frozenset(
    ("breaks", "reads", "evaluates", "holds", "gathers", "detects", "pages", "acknowledges", "arrives", "works")
)


def is_one_of(term: str, terms: tuple[str, ...]) -> bool:
    """Whether a term is one of these, or a member of one of these families (`latency.`)."""
    return any(term == one or (one.endswith(".") and term.startswith(one)) for one in terms)


def error_words(fact: Fact) -> set[str]:
    """The words under which a caller can name an error: its name, its codes as either spells them, and their classes."""
    status = getattr(fact.value, "status", None) or ()
    classes = {f"{code[0]}xx" for code in status if len(code) == 3 and code.isdigit()}
    spelled = {code.lower().replace("_", "-") for code in status if not code.isdigit()}
    gateway = {"gateway-error"} if {"502", "503", "504"} & set(status) else set()
    return {fact.term.removeprefix("errors."), *status, *classes, *spelled, *gateway}


def new_timeline(witness: Witness) -> Timeline:
    """The timeline before the first step."""
    facts = [step.fact for step in witness.steps if step.fact is not None]
    return Timeline(witness, tuple(dict.fromkeys((*facts, *witness.expects))))
