"""GET and HEAD with urllib3: the system's proxies and certificates, few redirects, and no retry of its own.

urllib3 lies in the runtime lock already (requests and huggingface_hub's tools bring it), hands out the bytes as they
come from the socket, and can shut a blocked read down from another thread, which a prompt cancel needs.
"""

import ssl
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import truststore
import urllib3
from urllib3 import exceptions

from backend.models.download.http_problems import bad_address, from_request_error, insecure_redirect, redirect_loop
from backend.models.download.policy import Policy

REDIRECTS = frozenset((301, 302, 303, 307, 308))
USER_AGENT = "ContentCache"


def host_of(url: str) -> str:
    """The host, for a sentence; with the port where the address names one."""
    return urlsplit(url).netloc.rpartition("@")[2] or url


def proxy_for(url: str) -> str | None:
    """The proxy that the environment or the system sets for `url`, or None (also for hosts in NO_PROXY)."""
    parts = urlsplit(url)
    if parts.hostname is None or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


class HttpClient:
    """Opens addresses. One a download; its connections end with `close`."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.clear()
        self._pools.clear()

    def open(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> urllib3.BaseHTTPResponse:
        """The answer to the request after its redirects, whatever its status; the body is not read yet.

        `timeout` limits connecting and every silence; without it the policy's two do. Raises ModelError.
        """
        target = url
        for _ in range(self._policy.redirects + 1):
            response = self._once(method, target, headers or {}, timeout)
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return response
            response.close()
            following = urljoin(target, location)
            if urlsplit(target).scheme == "https" and urlsplit(following).scheme != "https":
                raise insecure_redirect(host_of(target), following)
            target = following
        raise redirect_loop(host_of(url), self._policy.redirects)

    def _once(self, method: str, url: str, headers: Mapping[str, str], timeout: float | None) -> urllib3.BaseHTTPResponse:
        if urlsplit(url).scheme not in ("http", "https"):
            raise bad_address(url, "only http and https are spoken")
        proxy = proxy_for(url)
        limits = urllib3.Timeout(connect=timeout or self._policy.connect_timeout, read=timeout or self._policy.idle_timeout)
        try:
            return self._pool(proxy).request(
                method,
                url,
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers},
                timeout=limits,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except (exceptions.LocationValueError, exceptions.ProxySchemeUnknown) as error:
            raise bad_address(url, str(error)) from error
        except (exceptions.HTTPError, OSError) as error:
            raise from_request_error(error, host_of(url), None if proxy is None else host_of(proxy)) from error

    def _pool(self, proxy: str | None) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = _new_pool(proxy)
        return self._pools[proxy]


def _new_pool(proxy: str | None) -> urllib3.PoolManager:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if proxy is None:
        return urllib3.PoolManager(ssl_context=context)
    user = urlsplit(proxy)
    login = f"{user.username}:{user.password or ''}" if user.username else None
    return urllib3.ProxyManager(proxy, proxy_headers=urllib3.make_headers(proxy_basic_auth=login), ssl_context=context)
