"""The loader of the reference sound engine, on any machine: the hub's cache layout, signature and class map."""

from pathlib import Path

import numpy as np
import pytest

from backend.processing.cancellation import never
from backend.processing.decoder import Decoder
from backend.processing.listening import Listening
from backend.processing.sound_tagger import YamnetTagger, read_class_map
from backend.processing.sound_words import ALSO_SAID, NOT_SEARCHED, words_of
from test.backend.processing import media, stand_in_yamnet
from test.backend.processing.media import about


@pytest.fixture
def tagger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> YamnetTagger:
    monkeypatch.setenv("TFHUB_CACHE_DIR", "restored afterwards")
    stand_in_yamnet.save(tmp_path / "tfhub")
    return YamnetTagger(tmp_path / "tfhub")


def test_a_saved_model_in_the_hubs_cache_is_loaded_and_heard(tagger: YamnetTagger, decoder: Decoder, tmp_path: Path) -> None:
    assert tagger.labels == stand_in_yamnet.LABELS
    loud = np.full(media.RATE * 3, 0.5, np.float32)
    path = media.write_wav(tmp_path / "knock.wav", np.concatenate([media.silence(20.0), loud, media.silence(20.0)]))
    listening = Listening(decoder.open(path), None, tagger)
    (sound,) = listening.run(never, lambda done, total: None).sounds
    listening.close()
    assert sound.label == "Dog"
    assert (sound.start, sound.end) == (about(20.0, abs=0.75), about(23.0, abs=0.75))


def test_a_class_map_in_another_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("index,mid,display_name\n1,/m/1,Dog\n0,/m/0,Speech\n", encoding="utf-8")
    with pytest.raises(ValueError, match="in order"):
        read_class_map(path)


def test_labels_are_found_by_what_people_type(yamnet: YamnetTagger) -> None:
    assert "dog barking" in words_of("Bark")
    assert words_of("Accordion") == "Accordion"
    assert set(ALSO_SAID) | NOT_SEARCHED <= set(yamnet.labels)
