"""One model from its sources into the models directory: fetched file by file, unpacked, verified, installed."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from backend.models.archive.unpack_model import unpack_model
from backend.models.cancellation import Cancellation
from backend.models.download.http_client import HttpClient
from backend.models.download.policy import Policy
from backend.models.download.progress import FileProgress, ModelProgress
from backend.models.download.reachability import probe
from backend.models.download.sources import Plan, Sources
from backend.models.download.transfer import FileDownload, Transfer
from backend.models.installation import install, quarantine, quarantine_dir, staging_dir
from backend.models.layout import complete_layout
from backend.models.manifest import Model
from backend.models.problems import ModelError, disk_full, from_os_error
from backend.models.staged import PARTS
from backend.models.verification import sha256_of

SPARE = 1 << 20


class ModelFetch:
    """Fetches one model into `layer`. The caller holds its lock and knows that it is not there."""

    def __init__(
        self,
        layer: Path,
        model: Model,
        policy: Policy,
        cancellation: Cancellation,
        progress: ModelProgress,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._layer = layer
        self._model = model
        self._policy = policy
        self._cancellation = cancellation
        self._progress = progress
        self._staged = staging_dir(layer, model)
        self._sources = Sources(layer, model, environment)
        self._probed = False

    def run(self) -> None:
        """Raises ModelError when no source has it, Cancelled. What has arrived stays for the next time."""
        try:
            self._staged.mkdir(parents=True, exist_ok=True)
            with HttpClient(self._policy) as client:
                self._from_first_that_has_it(client)
            shutil.rmtree(self._staged)
        except OSError as error:
            raise from_os_error(error, f"{self._model.title} was stored") from error

    def _from_first_that_has_it(self, client: HttpClient) -> None:
        if self._sources.mirrored:
            self._probe(client)
        plans = self._sources.plans(client)
        for plan in plans:
            try:
                self._fetch(plan, client)
                return
            except ModelError as error:
                self._cancellation.check()
                if error.local or plan is plans[-1]:
                    raise
                self._progress.say(f"{error.problem.message} Trying the next source")

    def _fetch(self, plan: Plan, client: HttpClient) -> None:
        self._progress.set_total(plan.total)
        here = [transfer for transfer in plan.transfers if self._is_here(transfer)]
        before = sum(transfer.target.stat().st_size for transfer in here)
        missing = [transfer for transfer in plan.transfers if transfer not in here]
        self._progress.set_bytes(before + sum(self._partial(transfer) for transfer in missing))
        if missing:
            self._refuse_without_space(plan, missing)
            self._probe(client)
        for transfer in missing:
            progress = FileProgress(self._progress, before)
            aside = quarantine_dir(self._layer, self._model)
            FileDownload(client, transfer, self._part(transfer), aside, self._policy, self._cancellation, progress).run()
            before += transfer.target.stat().st_size
        if plan.archive is not None:
            self._unpack(plan, plan.archive)
        self._progress.say("Installing")
        complete_layout(plan.tree, self._model, plan.edition)
        install(self._layer, self._model, plan.edition, plan.tree)

    def _probe(self, client: HttpClient) -> None:
        """Once a model: what was reached, or is reached through another source, need not be asked again."""
        if not self._probed:
            self._progress.say("Looking for the internet connection")
            probe(client, self._sources.probed, self._model, self._policy)
            self._probed = True
            self._cancellation.check()

    def _is_here(self, transfer: Transfer) -> bool:
        """Whether an earlier attempt brought the whole file; one that changed since is dropped."""
        if not transfer.target.is_file():
            return False
        self._progress.say("Checking what is here already")
        self._cancellation.check()
        if transfer.sha256 is not None and sha256_of(transfer.target) == transfer.sha256:
            return True
        transfer.target.unlink()
        return False

    def _part(self, transfer: Transfer) -> Path:
        return self._staged / PARTS / f"{transfer.target.name}.part"

    def _partial(self, transfer: Transfer) -> int:
        try:
            return self._part(transfer).stat().st_size
        except FileNotFoundError:
            return 0

    def _refuse_without_space(self, plan: Plan, missing: list[Transfer]) -> None:
        needed = sum(max(0, (transfer.size or 0) - self._partial(transfer)) for transfer in missing)
        if plan.archive is not None:
            needed += plan.edition.size
        free = shutil.disk_usage(self._staged).free
        if needed and free < needed + SPARE:
            raise disk_full(needed + SPARE, free, str(self._layer))

    def _unpack(self, plan: Plan, archive: Path) -> None:
        self._progress.say("Unpacking")
        try:
            unpack_model(archive, self._model, plan.edition, plan.tree, self._cancellation.check)
        except ModelError:
            quarantine(archive, quarantine_dir(self._layer, self._model))
            raise
