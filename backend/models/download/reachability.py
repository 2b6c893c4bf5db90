"""Whether a source can be reached at all, asked once and briefly before a download."""

from contextlib import closing

from backend.models.download.http_client import HttpClient, host_of
from backend.models.download.policy import Policy
from backend.models.manifest import Model
from backend.models.problems import ModelError, no_connection

WITHOUT_CONNECTION = frozenset(("unknown-host", "unreachable", "stalled", "connection-lost"))


def probe(client: HttpClient, url: str, model: Model, policy: Policy) -> None:
    """Any answer will do, an error status included: the download itself judges that.

    Raises ModelError: `no-connection`, or the problem that is in the way (proxy, certificate, clock).
    """
    try:
        with closing(client.open("HEAD", url, timeout=policy.probe_timeout)):
            return
    except ModelError as error:
        if error.problem.code in WITHOUT_CONNECTION:
            raise no_connection(model, host_of(url), error.problem.detail or error.problem.message) from error
        if error.problem.code != "redirect-loop":
            raise
