"""Who may do what: no login on loopback, otherwise a token; each door names the role it needs.

On loopback the Host header must name it too, and a browser's Origin must be ours: so that no page of another site reaches in. The
same holds of a token that a browser keeps (as the password of Basic), for it sends that along with whatever another site asks.
"""

import secrets
from collections.abc import Mapping

from msgspec import Struct

from accord.store.interface import Keeping
from accord.store.kept import Role, Token, token_id

OPEN = ""
"""The role of a door that asks nobody who they are."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
FORWARDING = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers by which a proxy says that it passes somebody else's request on."""
SECRET_BYTES = 32

_RANKS = {OPEN: 0, Role.READER: 1, Role.RESPONDER: 2, Role.ADMIN: 3}


class Bearer(Struct, frozen=True):
    """Who asks: their role, and the pseudonym that answers are recorded under; empty where it is nobody's."""

    role: str = OPEN
    pseudonym: str = ""

    def may(self, role: str) -> bool:
        """Whether a door that needs this role opens."""
        return _RANKS[self.role] >= _RANKS[role]


class Access:
    """Tells who asks. `on_loopback` says that only this machine can reach the doors."""

    def __init__(self, keeping: Keeping, on_loopback: bool) -> None:
        self._keeping, self._on_loopback = keeping, on_loopback

    def bearer(self, headers: Mapping[str, str], now_ns: int) -> Bearer:
        """Who asks, by the Authorization header (Bearer, or the password of Basic); nobody where a token is not known."""
        secret, is_kept_by_browsers = _secret(headers.get("authorization", ""))
        if secret:
            if is_kept_by_browsers and not is_own_page(headers):
                return Bearer()
            token = self._keeping.kept_one(Token, token_id(secret))
            is_live = token is not None and (not token.ends_ns or now_ns < token.ends_ns)
            return Bearer(token.role, token.bearer) if token is not None and is_live else Bearer()
        return Bearer(Role.ADMIN) if self._on_loopback and is_ours(headers) else Bearer()


def is_ours(headers: Mapping[str, str]) -> bool:
    """Whether the request names this machine as its host, comes from no page of another site or port, and was not passed on
    by a proxy: behind one everybody comes from this machine."""
    is_passed_on = any(name in headers for name in FORWARDING)
    return _host(headers.get("host", "")) in LOOPBACK and _names_its_host(headers) and not is_passed_on


def is_own_page(headers: Mapping[str, str]) -> bool:
    """Whether no page of another site asks: the browser itself says so, also behind a proxy that changes the Host, or the
    Origin does. Without an Origin nobody asks to change anything on behalf of a page."""
    return headers.get("sec-fetch-site", "") == "same-origin" or _names_its_host(headers)


def _names_its_host(headers: Mapping[str, str]) -> bool:
    origin = headers.get("origin", "")
    return not origin or origin.partition("://")[2] == headers.get("host", "")


def _host(text: str) -> str:
    return text.rpartition(":")[0] if text.rpartition(":")[2].isdigit() else text


def _secret(authorization: str) -> tuple[str, bool]:
    """The secret, and whether it came in the way by which browsers keep and send it."""
    import base64
    import binascii

    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip(), False
    if scheme.lower() != "basic":
        return "", False
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2], True
    except (binascii.Error, UnicodeDecodeError):
        return "", False


def new_secret() -> str:
    """A secret of 256 bits; it is shown once and kept nowhere."""
    return secrets.token_urlsafe(SECRET_BYTES)
