"""Arithmetic of windows: nothing heard twice, nothing missed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.processing.windows import SlidingWindow


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.data())
def test_windows_cover_every_sample_once(blocks: list[int], data: st.DataObject) -> None:
    total = sum(blocks)
    samples = np.arange(total, dtype=np.float32)
    window, heard, at = SlidingWindow(), [], 0
    for block in blocks:
        window.append(samples[at : at + block])
        at += block
        assert window.end == at
        if data.draw(st.booleans()):
            length = data.draw(st.integers(1, window.end - window.position))
            heard.append(window.peek(length).copy())
            window.advance(length)
    heard.append(window.peek(total))
    assert np.array_equal(np.concatenate(heard), samples)


@pytest.mark.parametrize("length", [0, -1, 11])
def test_a_step_that_would_repeat_or_skip_is_refused(length: int) -> None:
    window = SlidingWindow()
    window.append(np.zeros(10, np.float32))
    with pytest.raises(ValueError, match="advance"):
        window.advance(length)
