"""What can go wrong with a model on its way, each with a code, a sentence and a next step."""

import errno

from backend.contract.library import Problem
from backend.models.manifest import Model


class ModelError(Exception):
    """A model could not be fetched, installed, exported or removed.

    `transient` says that the same request may work in a moment. `local` says that the cause lies on this machine, so
    that another source would not help.
    """

    def __init__(
        self,
        code: str,
        message: str,
        next_step: str,
        detail: str | None = None,
        *,
        transient: bool = False,
        local: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message, next_step=next_step, detail=detail)
        self.transient = transient
        self.local = local
        self.retry_after = retry_after


class Cancelled(Exception):
    """The person, or the process that started this one, asked to stop."""


def size_text(size: int) -> str:
    """A number of bytes as people say it, in powers of 1,024: `139 MB`, `1.4 GB`."""
    if size < 1 << 10:
        return f"{size} bytes"
    for unit, factor in (("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)):
        value = size / factor
        if value < 1000 or unit == "GB":
            break
    return f"{value:.1f}".removesuffix(".0") + f" {unit}" if value < 10 else f"{value:.0f} {unit}"


def kept_offline(model: Model) -> ModelError:
    return ModelError(
        "offline",
        f"Model {model.title} is not cached and the app is set to stay offline.",
        f"Turn offline mode off and download it ({size_text(model.size)}), or import it from a file made on another computer.",
        local=True,
    )


def no_connection(model: Model, host: str, detail: str) -> ModelError:
    return ModelError(
        "no-connection",
        f"Model {model.title} is not cached and there is no internet connection.",
        f"Connect to the internet and download it again ({host} was not reached), or import it from a file made on another computer.",
        detail,
    )


def disk_full(needed: int, free: int, where: str) -> ModelError:
    return ModelError(
        "disk-full",
        f"There is not enough free space: {size_text(needed)} are needed in {where}, {size_text(free)} are free.",
        "Free some space and download it again; what has arrived is kept.",
        local=True,
    )


def corrupt(name: str, source: str) -> ModelError:
    return ModelError(
        "corrupt",
        f"{name} arrived from {source} with other content than published, twice.",
        "Try again later or from another network: something between here and the source changes the file. The damaged file is set aside.",
    )


def from_os_error(error: OSError, doing: str) -> ModelError:
    """The problem of a failed file operation; `doing` ends the sentence "It failed while …"."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ModelError(
            "disk-full",
            f"The disk became full while {doing}.",
            "Free some space and try again; what has arrived is kept.",
            str(error),
            local=True,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ModelError(
            "not-writable",
            f"The models folder cannot be written: it was refused while {doing}.",
            "Allow writing there, or choose another models folder.",
            str(error),
            local=True,
        )
    if error.errno == errno.ENAMETOOLONG:
        return ModelError(
            "path-too-long",
            f"The path of the models folder is too long for this file system: it was refused while {doing}.",
            "Choose a models folder with a shorter path.",
            str(error),
            local=True,
        )
    return ModelError("disk-error", f"A file operation failed while {doing}.", "Check the disk and try again.", str(error), local=True)
