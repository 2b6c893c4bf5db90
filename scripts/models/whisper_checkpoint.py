"""Whisper base from CTranslate2's names to openai-whisper's own checkpoint: the same numbers under other names."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

from scripts.models.ctranslate2_file import Array, FormatError, read_variables

DIMENSIONS = {
    "n_mels": 80,
    "n_vocab": 51865,
    "n_audio_ctx": 1500,
    "n_audio_state": 512,
    "n_audio_head": 8,
    "n_audio_layer": 6,
    "n_text_ctx": 448,
    "n_text_state": 512,
    "n_text_head": 8,
    "n_text_layer": 6,
}
TENSORS = 245

Named = Iterator[tuple[str, Array]]


def convert(model_bin: Path) -> bytes:
    """The checkpoint of `model.bin` as bytes, equal for equal weights: torch writes neither time nor file name here."""
    variables = read_variables(model_bin, "WhisperSpec")
    try:
        state = {name: torch.from_numpy(np.array(value)) for name, value in _tensors(variables)}
    except KeyError as error:
        raise FormatError(f"{model_bin.name} lacks the variable {error}.") from error
    if len(state) != TENSORS:
        raise FormatError(f"{model_bin.name} gave {len(state)} tensors instead of {TENSORS}.")
    buffer = io.BytesIO()
    torch.save({"dims": DIMENSIONS, "model_state_dict": state}, buffer)
    return buffer.getvalue()


def _tensors(source: Mapping[str, Array]) -> Named:
    yield "encoder.positional_embedding", source["encoder/position_encodings/encodings"]
    for convolution in ("conv1", "conv2"):
        yield from _affine(source, f"encoder/{convolution}", f"encoder.{convolution}")
    for layer in range(DIMENSIONS["n_audio_layer"]):
        yield from _block(source, f"encoder/layer_{layer}", f"encoder.blocks.{layer}")
    yield from _norm(source, "encoder/layer_norm", "encoder.ln_post")
    yield "decoder.positional_embedding", source["decoder/position_encodings/encodings"]
    yield "decoder.token_embedding.weight", source["decoder/embeddings/weight"]
    for layer in range(DIMENSIONS["n_text_layer"]):
        yield from _block(source, f"decoder/layer_{layer}", f"decoder.blocks.{layer}")
        yield from _cross_attention(source, f"decoder/layer_{layer}/attention", f"decoder.blocks.{layer}")
    yield from _norm(source, "decoder/layer_norm", "decoder.ln")


def _block(source: Mapping[str, Array], theirs: str, ours: str) -> Named:
    attention = f"{theirs}/self_attention"
    yield from _projections(source, f"{attention}/linear_0", f"{ours}.attn", ("query", "key", "value"))
    yield from _affine(source, f"{attention}/linear_1", f"{ours}.attn.out")
    yield from _norm(source, f"{attention}/layer_norm", f"{ours}.attn_ln")
    yield from _affine(source, f"{theirs}/ffn/linear_0", f"{ours}.mlp.0")
    yield from _affine(source, f"{theirs}/ffn/linear_1", f"{ours}.mlp.2")
    yield from _norm(source, f"{theirs}/ffn/layer_norm", f"{ours}.mlp_ln")


def _cross_attention(source: Mapping[str, Array], theirs: str, ours: str) -> Named:
    yield from _affine(source, f"{theirs}/linear_0", f"{ours}.cross_attn.query")
    yield from _projections(source, f"{theirs}/linear_1", f"{ours}.cross_attn", ("key", "value"))
    yield from _affine(source, f"{theirs}/linear_2", f"{ours}.cross_attn.out")
    yield from _norm(source, f"{theirs}/layer_norm", f"{ours}.cross_attn_ln")


def _projections(source: Mapping[str, Array], theirs: str, ours: str, names: tuple[str, ...]) -> Named:
    weights = np.split(source[f"{theirs}/weight"], len(names))
    biases = np.split(source[f"{theirs}/bias"], len(names))
    for name, weight, bias in zip(names, weights, biases, strict=True):
        yield f"{ours}.{name}.weight", weight
        if name != "key":
            yield f"{ours}.{name}.bias", bias
        elif np.any(bias):
            # Whisper's keys have no bias; CTranslate2 stores zeros to keep the stack whole.
            raise FormatError(f"{theirs} has a key bias that Whisper has no place for.")


def _affine(source: Mapping[str, Array], theirs: str, ours: str) -> Named:
    yield f"{ours}.weight", source[f"{theirs}/weight"]
    yield f"{ours}.bias", source[f"{theirs}/bias"]


def _norm(source: Mapping[str, Array], theirs: str, ours: str) -> Named:
    yield f"{ours}.weight", source[f"{theirs}/gamma"]
    yield f"{ours}.bias", source[f"{theirs}/beta"]
