"""Addresses of HTTP in settings: what they must be before anything is sent there."""

from urllib.parse import urlsplit


def url_refusal(url: str) -> str:
    """Why nothing can be posted there; "" where it can. The address itself is not repeated: it may be a secret."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "expected an address such as https://hooks.example.net/accord"
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0 or any(sign <= " " for sign in url):
        return "expected an address such as https://hooks.example.net/accord"
    if parts.username is not None or parts.password is not None:
        return "expected no user or password in the address"
    return ""
