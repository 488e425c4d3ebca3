"""How a name is spelled: which system gives it, and the one canonical spelling of every address.

Never looks at facts: what a spelling alone decides is decided here, and nothing else.
"""

import re
from functools import lru_cache
from ipaddress import ip_address
from unicodedata import normalize

from msgspec import Struct

from accord.model.endings import PUBLIC_ENDINGS
from accord.model.problem import Refused

_NO_NAMESPACES = PUBLIC_ENDINGS | {"svc", "local", "localhost", "internal", "lan"}
_LONGEST = 2048
_EXPECTED = "a name such as payments, kubernetes:shop/payments, otel:payments, shop/payments, a host or a URL"
_LABEL = re.compile(r"(\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)", re.ASCII)
_OBJECT = re.compile(r"\*|[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", re.ASCII)
_WORD = re.compile(r"[^\W_][\w.-]{0,127}")
_AS_READ = re.compile(
    r"(kubernetes|backstage:[a-z]{1,63}):[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_SYSTEM = re.compile(r"([a-z][a-z0-9_-]*):(.+)", re.ASCII)
_URL = re.compile(r"(?:jdbc:)?([A-Za-z][A-Za-z0-9+.-]*)://([^/?#;]*)([^?#;]*)[^\n]*", re.ASCII)
_PORT = re.compile(r"(.*?)(?::(\d{1,5}))?", re.DOTALL)
_QUEUE_HOST = re.compile(r"(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue|(queue))\.amazonaws\.com(\.cn)?", re.ASCII)
_QUEUE_PATH = re.compile(r"/(\d{12})/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)/?", re.ASCII)
_HOST_SYSTEMS = ("dns", "host", "http", "https")
_NUMBERED = ("otel", "pagerduty", "opsgenie")
_WEB_PORTS = (80, 443)


class Name(Struct, frozen=True):
    """A name as one system gives it; `key` is its canonical spelling, such as `kubernetes:shop/payments`.

    A contract's own name has no system and is its own key. `shown` is what was read, without user or password.
    `port` and `path` say more than the party's address (0 and "" where nothing was said); `cluster` is the Kubernetes
    cluster where one was named. `inside` is the Service that a host of two labels means inside a cluster.
    """

    system: str
    key: str
    shown: str
    port: int = 0
    path: str = ""
    cluster: str = ""
    inside: str = ""

    @property
    def bare(self) -> str:
        """The part of the key after the system: `shop/payments`."""
        return self.key.partition(":")[2] if self.system else self.key


@lru_cache(maxsize=65536)
def spell(text: str) -> Name:
    """The name that a text spells.

    Raises Refused for what can be no name: empty, with spaces, or an address with broken parts.
    """
    if _AS_READ.fullmatch(text):
        return Name(text.partition(":")[0], text, text)
    return spelled_out(text)


def spelled_out(text: str) -> Name:
    """The same, worked out form by form: most names are read as they are spelled, which is seen at a glance."""
    if not text or len(text) > _LONGEST or text != text.strip() or not text.isprintable():
        raise Refused(f"expected {_EXPECTED}, read {text[:80]!r}")
    for reader in (_resource, _mesh_cluster, _url, _with_system, _loose_address):
        name = reader(text)
        if name is not None:
            return name
    if not _WORD.fullmatch(text):
        raise Refused(f"expected {_EXPECTED}, read {text[:80]!r}")
    return Name("", text, text)


def spell_alias(system: str, written: str) -> Name:
    """The name that `names: {system: written}` means."""
    if "://" in written or written.startswith("arn:"):
        return spell(written)
    if system in _HOST_SYSTEMS:
        return spell(f"dns:{written}")
    return spell(written if written.startswith(f"{system}:") else f"{system}:{written}")


def address_of_party(party: str) -> Name | None:
    """The address that a contract's party name spells by itself; None where it is no full host name.

    Two labels are an address only under a public ending: `payments.v2` and `payments.shop` are plain names.
    """
    if "." not in party:
        return None
    try:
        name = _host(party, party)
    except Refused:
        return None
    labels = name.bare.split(".")
    is_domain = labels[-1].isalpha() or labels[-1].startswith("xn--")
    return name if name.system != "dns" or (is_domain and not name.inside and len(labels) > 1) else None


# ---------------------------------------------------------------------- forms


def _resource(text: str) -> Name | None:
    """`arn:aws:sqs:eu-west-1:123456789012:orders`."""
    if not text.startswith("arn:"):
        return None
    if text.count(":") < 5:
        raise Refused(f"expected arn:partition:service:region:account:resource, read {text[:80]!r}")
    return Name("arn", text, text)


def _mesh_cluster(text: str) -> Name | None:
    """Envoy's name for an Istio host, `outbound|9080|v1|reviews.shop.svc.cluster.local`; the subset is left out."""
    if text.count("|") != 3:
        return None
    return _host(text.rpartition("|")[2], text)


def _url(text: str) -> Name | None:
    match = _URL.fullmatch(text)
    if not match:
        return None
    scheme, authority, path = match[1].lower(), match[2].rpartition("@")[2], match[3]
    shown = f"{scheme}://{authority}{path}"
    if scheme in ("spiffe", "unix", "file", "s3"):
        return Name(scheme, f"{scheme}:{authority}{path}", shown)
    if not authority:
        authority, _, path = path.lstrip("/").partition("/")
    queue = _queue(authority.lower(), path)
    return Name("arn", queue, shown) if queue else _host(authority, shown, path.rstrip("/"))


def _queue(host: str, path: str) -> str:
    """The ARN of the queue that an SQS URL names; "" for any other URL."""
    match, queue = _QUEUE_HOST.fullmatch(host.partition(":")[0]), _QUEUE_PATH.fullmatch(path)
    if not match or not queue:
        return ""
    region = match[1] or match[2] or "us-east-1"
    return f"arn:{'aws-cn' if match[4] else 'aws'}:sqs:{region}:{queue[1]}:{queue[2]}"


def _with_system(text: str) -> Name | None:
    match = _SYSTEM.fullmatch(text)
    if not match:
        return None
    system, rest = match[1], match[2]
    if system == "kubernetes":
        return _kubernetes(rest, text)
    if system == "dns":
        return _host(rest, text)
    if system == "backstage":
        return _entity(rest, text)
    if _is_port(rest.partition("/")[0]) and system not in _NUMBERED:
        return None
    return None if _ip(text) else Name(system, text, text)


def _kubernetes(rest: str, shown: str) -> Name:
    """`name`, `namespace/name` (either may be empty before the slash) or `cluster/namespace/name`; a host is one too."""
    parts = rest.split("/")
    if len(parts) == 1 and ("." in rest or ":" in rest):
        host = _host(rest, shown)
        if host.inside:
            return Name("kubernetes", host.inside, shown)
        if host.system == "kubernetes":
            return host
    if (
        len(parts) > 3
        or not parts[-1]
        or (len(parts) == 3 and not parts[0])
        or not all(not part or _OBJECT.fullmatch(part.lower()) for part in parts[-2:])
    ):
        raise Refused(f"expected name, namespace/name or cluster/namespace/name, read {rest[:80]!r}")
    namespace = parts[-2] if len(parts) > 1 else ""
    return Name("kubernetes", f"kubernetes:{namespace}/{parts[-1]}", shown, cluster=parts[0] if len(parts) == 3 else "")


def _entity(rest: str, shown: str) -> Name:
    """A Backstage entity, `kind:namespace/name`: no part minds the case, the namespace is `default` unless said."""
    kind, _, name = rest.lower().rpartition(":")
    namespace, _, name = name.rpartition("/")
    return Name("backstage", f"backstage:{kind or 'component'}:{namespace or 'default'}/{name}", shown)


def _loose_address(text: str) -> Name | None:
    """A host or an IP address, with a port or a path or neither; `namespace/name`; None for a single plain word."""
    authority, slash, path = text.partition("/")
    if not _is_address(authority):
        return _kubernetes(text, text) if slash else None
    return _host(authority, text, f"/{path}".rstrip("/") if slash else "")


def _is_address(text: str) -> bool:
    return "." in text or bool(re.fullmatch(r"[^:]*:\d{1,5}", text)) or text.startswith("[") or _ip(text) != ""


# ---------------------------------------------------------------------- hosts


def _host(authority: str, shown: str, path: str = "") -> Name:
    host, port = _split_port(authority)
    address = _ip(host)
    if address:
        return Name("dns", f"dns:{address}", shown, port, path)
    host = _ascii(host, shown)
    labels = host.split(".")
    while len(labels) > 2 and labels[0].startswith("_"):
        labels = labels[1:]  # an SRV name: `_http._tcp.` stands before the host it is for
    service = _service(labels)
    if service:
        return Name("kubernetes", service, shown)
    inside = f"kubernetes:{labels[1]}/{labels[0]}" if len(labels) == 2 and labels[1] not in _NO_NAMESPACES else ""
    return Name("dns", f"dns:{'.'.join(labels)}", shown, port, path, inside=inside)


def _service(labels: list[str]) -> str:
    """The key of the Service that `[pod.]name.namespace.svc[.cluster.local]` names; "" for any other host."""
    if labels[-2:] == ["cluster", "local"]:
        labels = labels[:-2]
    if len(labels) not in (3, 4) or labels[-1] != "svc":
        return ""
    return f"kubernetes:{labels[-2]}/{labels[-3]}"


def _is_port(text: str) -> bool:
    return text.isdigit() and len(text) <= 5


def _split_port(authority: str) -> tuple[str, int]:
    """The host and the port; 0 where none was said, or one that every web host has."""
    if authority.count(":") > 1 and "]" not in authority:
        return authority, 0
    match = _PORT.fullmatch(authority)
    host, port = (match[1], int(match[2] or 0)) if match else (authority, 0)
    return host, 0 if port in _WEB_PORTS else port


def _ip(host: str) -> str:
    """The canonical spelling of an IP address (an IPv4 address inside IPv6 is IPv4); "" for a name."""
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _ascii(host: str, shown: str) -> str:
    """The host in lower case, without the final dot, other alphabets as DNS carries them (`xn--`)."""
    labels = normalize("NFKC", host).replace("\u3002", ".").removesuffix(".").split(".")
    spelled = [_ascii_label(label) for label in labels]
    if sum(map(len, spelled)) > 253 or not all(_LABEL.fullmatch(label) for label in spelled) or _is_number(spelled):
        raise Refused(
            f"expected a host such as payments.shop.svc.cluster.local or api.example.com, read {shown[:80]!r}"
        )
    return ".".join(spelled)


def _ascii_label(label: str) -> str:
    lower = "".join(character.lower() for character in label)  # by character: a final sigma stays the sigma it is
    if lower.isascii():
        return lower
    return "xn--" + normalize("NFC", lower).encode("punycode").decode("ascii")


def _is_number(labels: list[str]) -> bool:
    """Whether only digits stand where a domain ends: a broken IP address, never a host."""
    return labels[-1].isdigit() and len(labels) > 1
