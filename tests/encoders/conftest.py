import json

import pytest


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Name and weights file of a tiny model registered with open_clip."""
    import open_clip

    from tests.encoders.tiny import TINY, save_tiny_model

    folder = tmp_path_factory.mktemp("model_configs")
    config = folder / "ViT-tiny-test.json"
    config.write_text(json.dumps(TINY))
    open_clip.add_model_config(config)
    return "ViT-tiny-test", save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def no_network(monkeypatch, tmp_path):
    """Path of the model hub's empty cache, while every connection to the hub fails."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"
