"""The address that a request comes from, as far as it can be trusted."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_IPV6_HOME_BITS = 64  # a household gets a whole /64; counting single addresses would count nothing


def client_address(request: HttpRequest) -> str:
    """Return the client's address; of IPv6 its /64 network.

    Only the last NUM_PROXIES entries of X-Forwarded-For were written by proxies of ours; with 0
    the header is ignored, since anybody can send it.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.NUM_PROXIES and forwarded:
        hops = [hop.strip() for hop in forwarded.split(",")]
        address = hops[-min(settings.NUM_PROXIES, len(hops))]
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, _IPV6_HOME_BITS), strict=False))
