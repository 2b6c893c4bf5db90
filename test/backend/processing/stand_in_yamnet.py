"""A SavedModel with the hub signature of YAMNet and none of its knowledge: loudness says "Dog", silence says "Silence"."""

from hashlib import sha1
from pathlib import Path

from backend.processing.sound_tagger import HOP_SAMPLES, PATCH_SAMPLES, YAMNET_HANDLE

LABELS = ("Speech", "Dog", "Silence")


def save(cache: Path) -> Path:
    """Write it below `cache` where tensorflow-hub looks for YAMNet; the model's directory."""
    import tensorflow as tf

    class_map = cache.parent / "yamnet_class_map.csv"
    rows = [f"{index},/m/{index},{label}" for index, label in enumerate(LABELS)]
    class_map.write_text("\n".join(["index,mid,display_name", *rows]), encoding="utf-8")

    class StandIn(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.class_map = tf.saved_model.Asset(str(class_map))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def __call__(self, waveform):  # type: ignore[no-untyped-def]
            count = tf.size(waveform)
            frames = 1 + tf.maximum(count - PATCH_SAMPLES + HOP_SAMPLES - 1, 0) // HOP_SAMPLES
            padded = tf.pad(waveform, [[0, (frames - 1) * HOP_SAMPLES + PATCH_SAMPLES - count]])
            patches = tf.signal.frame(padded, PATCH_SAMPLES, HOP_SAMPLES)
            loud = tf.cast(tf.reduce_max(tf.abs(patches), axis=1) > 0.01, tf.float32)
            scores = tf.stack([tf.zeros_like(loud), loud * 0.9, (1.0 - loud) * 0.9], axis=1)
            return scores, tf.zeros([frames, 1024]), tf.zeros([frames * 48, 64])

        @tf.function(input_signature=[])
        def class_map_path(self):  # type: ignore[no-untyped-def]
            return self.class_map.asset_path

    target = cache / sha1(YAMNET_HANDLE.encode()).hexdigest()
    model = StandIn()
    tf.saved_model.save(model, str(target))
    return target
