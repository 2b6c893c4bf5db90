"""A test double of the places models come from: a real HTTP server that speaks the Hugging Face Hub's protocol, and faults.

That it is one is checked with huggingface_hub's real client (test/backend/models/test_hub_double.py).
"""
