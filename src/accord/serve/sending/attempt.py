"""One try to tell one message by one channel, and what it came to. Nothing it says holds a secret or an address."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from accord.channels._settings import address_refusal
from accord.model.delivery import Answering, Outcome, Request, Response, Verdict
from accord.model.duration import SECOND, show_duration
from accord.model.message import Message
from accord.serve.sending.transport import Forbidden, NotSent, Tracked, Unanswered
from accord.serve.sending.wiring import Wired

_HIDDEN, _SHORTEST_HIDDEN = "[hidden]", 3


def made(wired: Wired, message: Message, answering: Answering) -> Request | Verdict:
    """The request of a message; the verdict that it fails for good where it cannot be made."""
    refusal = address_refusal(wired.kind, answering.address)
    if refusal:
        return hidden(wired, answering, Verdict(Outcome.FAILED, refusal))
    try:
        return wired.kind.request(message, wired.channel.settings, answering)
    except Exception as error:
        return Verdict(Outcome.FAILED, f"the message cannot be made for this channel ({type(error).__name__})")


async def tried(wired: Wired, request: Request, answering: Answering) -> Verdict:
    """What the try came to; it takes no longer than the deadline of the channel."""
    tracked = Tracked()
    deadline = wired.channel.deadline
    try:
        async with asyncio.timeout(deadline / SECOND):
            response = await wired.transport.send(request, tracked)
    except TimeoutError:
        verdict = _late(tracked, show_duration(deadline))
    except NotSent as error:
        verdict = Verdict(Outcome.RETRY, str(error), provider_failed=True)
    except Unanswered as error:
        verdict = Verdict(Outcome.AMBIGUOUS, str(error), provider_failed=True)
    except Forbidden as error:
        verdict = Verdict(Outcome.FAILED, str(error))
    except Exception as error:
        outcome = Outcome.AMBIGUOUS if tracked.has_left else Outcome.RETRY
        verdict = Verdict(outcome, f"the try ended unexpectedly ({type(error).__name__})", provider_failed=True)
    else:
        verdict = _judged(wired.kind.verdict, response)
    return hidden(wired, answering, verdict)


def hidden(wired: Wired, answering: Answering, verdict: Verdict) -> Verdict:
    """The verdict without the secrets and the address that a provider may have repeated."""
    reason, ref = verdict.reason, verdict.provider_ref
    if not (reason or ref):
        return verdict
    told = [*(secret.reveal() for secret in wired.secrets), answering.address]
    for text in (text for text in told if len(text) >= _SHORTEST_HIDDEN):
        reason, ref = reason.replace(text, _HIDDEN), ref.replace(text, _HIDDEN)
    return replace(verdict, reason=reason, provider_ref=ref)


def _late(tracked: Tracked, deadline: str) -> Verdict:
    if tracked.has_left:
        return Verdict(Outcome.AMBIGUOUS, f"no answer within {deadline}", provider_failed=True)
    return Verdict(Outcome.RETRY, f"no connection within {deadline}", provider_failed=True)


def _judged(verdict: Callable[[Response], Verdict], response: Response) -> Verdict:
    try:
        return verdict(response)
    except Exception as error:
        return Verdict(Outcome.AMBIGUOUS, f"the answer was not understood ({type(error).__name__})")
