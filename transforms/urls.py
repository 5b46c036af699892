"""URLs: the form under which two links count as one article, and the parts that we key on."""

from __future__ import annotations

import re
from functools import lru_cache

import ada_url

from transforms.suffixes import public_suffix

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "at_", "stm_", "_hs")
"""Beginnings of query keys that say where a reader came from, not what is shown."""

TRACKING_KEYS = frozenset(
    {
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "wickedid",
        "s_cid",
        "s_kwcid",
        "ns_campaign",
        "ns_mchannel",
        "ns_source",
        "ns_linkname",
        "ns_fee",
        "cmpid",
        "icid",
        "ncid",
        "ocid",
        "smid",
        "wt_mc",
        "wt.mc_id",
        "maca",
        "xtor",
        "ito",
        "ftag",
        "spm",
        "__twitter_impression",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
    }
)
"""Whole query keys of the same sort. ``ref``, ``source``, ``id`` and ``p`` are not
among them: some outlets route on them."""

_DEFAULT_PORTS = ("", "80", "443")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BARE_HOST = re.compile(r"www\d?\.[\w-]+(?:\.[\w-]+)+(?:[/?#:]|$)", re.IGNORECASE)
_IP_ADDRESS = re.compile(r"\[.*\]|\d+\.\d+\.\d+\.\d+")


class InvalidURL(ValueError):  # noqa: N818 (named like ada-url's and aiohttp's)
    """Not an absolute http(s) URL with a host."""


def canonical_url(url: str) -> str:
    """Return the form under which two links count as one article. A key, not a link to fetch.

    The scheme is always ``https``; host in lower case and punycode, without
    default port, user name or final dot (``www.`` stays); dot segments resolved,
    escapes normalised; tracking keys (`TRACKING_KEYS`, `TRACKING_PREFIXES`) and
    the fragment dropped. All other query keys stay, in their order, because some
    outlets route on them. Idempotent.

    Source: RFC 3986, section 6.2.2; WHATWG URL.
    Raises: InvalidURL if there is no http(s) host.
    """
    parsed = _parse(url)
    path = _normal_escapes(parsed.pathname) or "/"
    query = _kept_query(parsed.search.removeprefix("?"))
    return f"https://{_host(parsed)}{path}{'?' if query else ''}{query}"


@lru_cache(maxsize=256)
def host_of(url: str) -> str:
    """Return the host of a URL in lower case, with its port where that is not the default.

    Raises: InvalidURL if there is no http(s) host.
    """
    return _host(_parse(url))


def requested_url(base: str, link: str) -> str | None:
    """Return the http(s) URL to ask for a link, in ASCII; None where it is no such URL.

    Without its fragment, and without a user name or password: they would stand in the archive
    and in tables, and a stranger's link has none to give.
    """
    url = absolute_url(base, link)
    if url is None:
        return None
    parsed = _parse(url)
    parsed.username = parsed.password = parsed.hash = ""
    return parsed.href


def subscribed_url(url: str) -> str:
    """Return the form under which two spellings of a feed's address are one subscription.

    Scheme and host in lower case, the host in punycode, no default port, no fragment.

    Raises: InvalidURL if there is no http(s) host, or if there is a user name or password.
    """
    parsed = _parse(url)
    if parsed.username or parsed.password:
        raise InvalidURL("user names and passwords are not kept, as tables would show them")
    parsed.hash = ""
    return parsed.href


def outlet_of(url: str) -> str:
    """Return the name under which pages are learned from: the host, without ``www.``."""
    try:
        return host_of(url).removeprefix("www.")
    except InvalidURL:
        return ""


def origin_of(url: str) -> str:
    """Return the origin of a URL: scheme, host, and the port where it is not the scheme's own.

    Source: RFC 6454, section 4; hosts as in `host_of`.
    Raises: InvalidURL if there is no http(s) host.
    """
    parsed = _parse(url)
    port = f":{parsed.port}" if parsed.port else ""
    return f"{parsed.protocol}//{parsed.hostname.rstrip('.')}{port}"


def is_http(url: str) -> bool:
    """Tell whether this is an absolute http(s) URL with a host."""
    try:
        _parse(url)
    except InvalidURL:
        return False
    return True


def absolute_url(base: str, link: str) -> str | None:
    """Return a link as seen from a base; None where that is no http(s) URL.

    A link that starts with ``www.`` is a host whose scheme was forgotten.
    """
    link = link.strip()
    if _BARE_HOST.match(link):
        link = f"https://{link}"
    try:
        joined = ada_url.join_url(base, link)
    except ValueError:
        joined = link  # a base that is none does no harm to an absolute link
    try:
        return _parse(joined).href
    except InvalidURL:
        return None


@lru_cache(maxsize=4096)
def registrable_domain(host_or_url: str) -> str:
    """Return the domain that stands for an outlet: ``bbc.co.uk`` for ``news.bbc.co.uk``.

    Hosting platforms count as suffixes (``a.blogspot.com`` and ``b.blogspot.com``
    are two outlets). An unknown top-level domain is a suffix itself; an IP
    address and a single label stand for themselves.

    Source: the public suffix list as shipped with tldextract; no network.
    Raises: InvalidURL if this is neither host nor URL.
    """
    url = host_or_url if "://" in host_or_url else f"https://{host_or_url}"
    host = _parse(url).hostname.rstrip(".")
    if _IP_ADDRESS.fullmatch(host):
        return host
    suffix = public_suffix(host)
    if suffix is None:
        return ".".join(host.split(".")[-2:])
    own = host.removesuffix(suffix).rstrip(".")
    return f"{own.rpartition('.')[2]}.{suffix}" if own else host


def _parse(url: str) -> ada_url.URL:
    try:
        parsed = ada_url.URL(url.strip())
    except (ValueError, UnicodeEncodeError) as error:
        raise InvalidURL(f"not a URL: {url[:200]!r}") from error
    if parsed.protocol not in {"http:", "https:"} or not parsed.hostname.strip("."):
        raise InvalidURL(f"no http(s) host: {url[:200]!r}")
    return parsed


def _host(parsed: ada_url.URL) -> str:
    name = parsed.hostname.rstrip(".")
    return name if parsed.port in _DEFAULT_PORTS else f"{name}:{parsed.port}"


def _normal_escapes(part: str) -> str:
    """Return a part with needless escapes undone and needed ones in upper case."""
    return _ESCAPE.sub(_normal_escape, _LONE_PERCENT.sub("%25", part))


def _normal_escape(found: re.Match[str]) -> str:
    character = chr(int(found.group(1), 16))
    return character if character in _UNRESERVED else found.group().upper()


def _kept_query(query: str) -> str:
    pairs = (_normal_escapes(pair) for pair in query.split("&"))
    return "&".join(pair for pair in pairs if pair and not _is_tracking(pair))


def _is_tracking(pair: str) -> bool:
    key = pair.partition("=")[0].lower()
    return key in TRACKING_KEYS or key.startswith(TRACKING_PREFIXES)
