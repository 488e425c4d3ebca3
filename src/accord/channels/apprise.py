"""Whatever the Apprise library reaches: SMS, calls, chats, by one of its addresses, which hold keys and come from a file or variable.

It opens its own connections: what the outbox guards for others (private addresses, redirects, size of answers) it does not.
"""

from msgspec import Struct

from accord.channels._kinds import Address
from accord.channels._page import ENDS, page, plain
from accord.model.delivery import Answering, AppriseRequest, Outcome, Response, Secret, Verdict
from accord.model.message import Message

ADDRESS = Address.NONE
_LONGEST = 1_500


class Settings(Struct, frozen=True, kw_only=True):
    """An address of Apprise."""

    url: Secret


def request(message: Message, settings: Settings, answering: Answering) -> AppriseRequest:
    """One notification."""
    shown = page(message, answering)
    level = "success" if message.about in ENDS else "failure" if message.interrupts else "info"
    return AppriseRequest(settings.url, shown.title, plain(shown, _LONGEST), level)


def verdict(response: Response) -> Verdict:
    """Handed where Apprise says that it was taken; it tells no reason where it was not, so that is tried again."""
    if response.status == 200:
        return Verdict(Outcome.HANDED, "taken by Apprise")
    return Verdict(Outcome.RETRY, "Apprise could not hand it over, and says no more", provider_failed=True)
