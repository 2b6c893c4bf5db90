"""What a failed request means to a person: every way that HTTP, TLS, DNS or a proxy can fail, as a ModelError."""

import ssl
from datetime import datetime

import urllib3
from urllib3 import exceptions

from backend.models.download.policy import retry_after
from backend.models.problems import ModelError

NOT_YET_VALID, EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL's x509_vfy.h."""

AGAIN = "Try again in a moment; what has arrived is kept."
CHECK_CONNECTION = "Check the connection and download it again; what has arrived is kept."


def from_request_error(error: Exception, host: str, proxy: str | None) -> ModelError:
    """The problem of a request that got no answer, or whose answer broke off."""
    if isinstance(error, exceptions.MaxRetryError) and error.reason is not None:
        return from_request_error(error.reason, host, proxy)
    detail = str(error)
    if isinstance(error, exceptions.ProxyError):
        if "407" in detail:
            return proxy_login(proxy)
        return ModelError(
            "proxy-unreachable",
            f"The proxy {proxy or 'of this computer'} did not answer.",
            "Check the proxy setting (HTTPS_PROXY), or whether the proxy runs, and download it again.",
            detail,
            transient=True,
        )
    certificate = _certificate_error(error)
    if certificate is not None:
        return _certificate_problem(certificate, host)
    if isinstance(error, exceptions.SSLError | ssl.SSLError):
        return ModelError(
            "tls",
            f"No secure connection to {host} could be made.",
            "Check the network or its proxy, and try again.",
            detail,
            transient=True,
        )
    if isinstance(error, exceptions.NameResolutionError):
        return ModelError("unknown-host", f"The address {host} could not be found.", CHECK_CONNECTION, detail, transient=True)
    if isinstance(error, exceptions.ConnectTimeoutError):
        return ModelError("unreachable", f"{host} did not answer in time.", CHECK_CONNECTION, detail, transient=True)
    if isinstance(error, exceptions.NewConnectionError):
        return ModelError("unreachable", f"{host} could not be reached.", CHECK_CONNECTION, detail, transient=True)
    if isinstance(error, exceptions.ReadTimeoutError):
        return ModelError("stalled", f"{host} stopped sending.", CHECK_CONNECTION, detail, transient=True)
    return ModelError("connection-lost", f"The connection to {host} was lost.", CHECK_CONNECTION, detail, transient=True)


def from_status(response: urllib3.BaseHTTPResponse, url: str, host: str, proxy: str | None) -> ModelError:
    """The problem of an answer that is not the file."""
    detail = f"HTTP {response.status} {response.reason or ''} for {url}".replace("  ", " ")
    wait = retry_after(response.headers.get("Retry-After"))
    match response.status:
        case 401 | 403 | 451:
            return ModelError(
                "refused",
                f"{host} refused to hand out the model.",
                "Check that the network or its proxy allows it, or use a mirror (CONTENTCACHE_MODELS_MIRROR).",
                detail,
            )
        case 404 | 410:
            return ModelError(
                "not-found",
                f"{host} does not have the model any more.",
                "Update the app, use a mirror (CONTENTCACHE_MODELS_MIRROR), or import the model from a file.",
                detail,
            )
        case 407:
            return proxy_login(proxy)
        case 429:
            return ModelError(
                "too-many-requests", f"{host} is asked too often from this network.", AGAIN, detail, transient=True, retry_after=wait
            )
        case 408 | 425:
            return ModelError("server-busy", f"{host} is busy.", AGAIN, detail, transient=True, retry_after=wait)
        case status if status >= 500:
            return ModelError("server-error", f"{host} has a fault of its own.", AGAIN, detail, transient=True, retry_after=wait)
    return ModelError("unexpected-answer", f"{host} gave an answer that is not the model.", AGAIN, detail)


def too_long_a_wait(host: str, seconds: float) -> ModelError:
    minutes = max(1, round(seconds / 60))
    return ModelError(
        "asked-to-wait", f"{host} asks to wait for {minutes} minutes.", f"Download it again in {minutes} minutes; what has arrived is kept."
    )


def redirect_loop(host: str, limit: int) -> ModelError:
    return ModelError(
        "redirect-loop",
        f"{host} sent the request on more than {limit} times.",
        "Check whether the network asks for a login in a browser first, then download it again.",
    )


def insecure_redirect(host: str, target: str) -> ModelError:
    return ModelError(
        "insecure-redirect",
        f"{host} sent the request on to an address that is not secure.",
        "Check whether the network asks for a login in a browser first, then download it again.",
        target,
    )


def bad_address(url: str, detail: str) -> ModelError:
    return ModelError(
        "bad-address",
        f"{url} is not an address that can be fetched.",
        "Correct HF_ENDPOINT, CONTENTCACHE_MODELS_MIRROR or the proxy.",
        detail,
    )


def web_page(host: str, url: str) -> ModelError:
    return ModelError(
        "web-page",
        f"{host} answered with a web page instead of the model.",
        "The network probably asks for a login: open any page in a browser, log in, and download it again.",
        url,
    )


def wrong_size(host: str, expected: int, announced: int) -> ModelError:
    return ModelError(
        "wrong-size",
        f"{host} offers another file than the published one: {announced} bytes instead of {expected}.",
        "Try another network or a mirror; if it stays so, update the app.",
    )


def truncated(host: str, arrived: int, expected: int | None) -> ModelError:
    of = "" if expected is None else f" of {expected}"
    return ModelError("truncated", f"{host} ended the file too early, after {arrived}{of} bytes.", CHECK_CONNECTION, transient=True)


def proxy_login(proxy: str | None) -> ModelError:
    return ModelError(
        "proxy-login",
        f"The proxy {proxy or 'of this computer'} asks for a user name and a password.",
        "Put them into the proxy's address (HTTPS_PROXY=http://user:password@host:port) and download it again.",
    )


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen
        for argument in seen.args:
            if isinstance(argument, ssl.SSLCertVerificationError):
                return argument
        seen = seen.__cause__ or seen.__context__
    return None


def _certificate_problem(error: ssl.SSLCertVerificationError, host: str) -> ModelError:
    if getattr(error, "verify_code", 0) in (NOT_YET_VALID, EXPIRED):
        today = datetime.now().astimezone().strftime("%d %B %Y")
        return ModelError(
            "clock",
            f"The certificate of {host} is not valid on {today}, the date of this computer.",
            "If that date is wrong, set the clock and download it again.",
            str(error),
        )
    return ModelError(
        "certificate",
        f"The certificate of {host} is not trusted by this computer.",
        "If your network checks traffic, have its certificate installed in the system's store; otherwise do not use this network.",
        str(error),
    )
