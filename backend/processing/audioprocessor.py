"""The sidecar that hears: speech by Whisper, sounds by YAMNet. It has no network and no port; see docs/ARCHITECTURE.md.

Run as `python -m backend.processing.audioprocessor` or by this file's path, with CONTENTCACHE_DATA_DIR set.
"""

import logging
import os
import sys
from pathlib import Path

import psutil

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[2])

# Before anything that could import a library of models: whatever is loaded comes from local files.
os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})

from backend import VERSION
from backend.contract.events import Bye, EngineChanged, ItemChanged, Ready, SidecarName
from backend.contract.library import EngineStatus, ModelId
from backend.library.guard import LibraryGuard
from backend.library.store import LibraryError
from backend.library.store.crash_record import CrashRecord
from backend.library.when_usable import open_when_usable
from backend.models.registry import ModelLocation
from backend.processing.audio_worker import AudioWorker
from backend.processing.engines import Engine
from backend.processing.sound_tagger import SoundTagger
from backend.processing.transcriber import Transcriber
from backend.sidecar.heartbeat import start_heartbeat
from backend.sidecar.lifetime import Lifetime
from backend.sidecar.lines import LineEmitter
from backend.sidecar.logs import log_to_stderr
from backend.sidecar.unbegun_threads import end_with_unbegun_threads

log = logging.getLogger(__name__)

# Yields to whatever the person is doing, the window of this application first.
NICENESS = 5


def main() -> int:
    emitter = LineEmitter.take_over_stdout()
    log_to_stderr()
    data_dir = os.environ.get("CONTENTCACHE_DATA_DIR")
    if not data_dir:
        log.error("CONTENTCACHE_DATA_DIR is not set")
        return 2
    lifetime = Lifetime()
    lifetime.watch_signals()
    lifetime.watch_stdin()
    emitter.emit(Ready(sidecar=SidecarName.AUDIO_PROCESSOR, pid=os.getpid(), version=VERSION))
    end_with_unbegun_threads()
    start_heartbeat(emitter, lifetime)
    _yield_to_others()
    guard = LibraryGuard(emitter.emit, lifetime)
    try:
        library = open_when_usable(Path(data_dir), emitter.emit, lifetime, guard.lost)
    except LibraryError as error:
        guard.lost(error)
        return guard.exit_code
    if library is None:
        emitter.emit(Bye(reason=lifetime.reason))
        return 0
    guard.watch(library)
    record = CrashRecord.begin(library.data_dir)
    for item in library.freed:
        emitter.emit(ItemChanged(item=item))

    def tell(status: EngineStatus) -> None:
        emitter.emit(EngineChanged(status=status))

    whisper: Engine[Transcriber] = Engine(ModelId.WHISPER, _load_whisper, tell)
    yamnet: Engine[SoundTagger] = Engine(ModelId.YAMNET, _load_yamnet, tell)
    with library:
        AudioWorker(library, emitter.emit, lifetime, whisper, yamnet).run()
    record.end()
    emitter.emit(Bye(reason=lifetime.reason))
    return guard.exit_code


def _load_whisper(location: ModelLocation) -> Transcriber:
    from backend.processing.whisper_transcriber import WhisperTranscriber

    # A core is left to the window and to search.
    return WhisperTranscriber(location.path, threads=max(1, (os.cpu_count() or 1) - 1))


def _load_yamnet(location: ModelLocation) -> SoundTagger:
    from backend.processing.sound_tagger import YamnetTagger

    return YamnetTagger(location.layer / "tfhub")


def _yield_to_others() -> None:
    try:
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            psutil.Process().nice(NICENESS)
    except psutil.Error as error:
        log.warning("priority not lowered: %s", error)


def _run() -> None:
    code = 1
    try:
        code = main()
    except Exception:
        log.exception("audioprocessor ends")
    # An engine may still be loading in its thread, and an interpreter that ends under TensorFlow's threads can crash.
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _run()
