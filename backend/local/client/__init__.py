"""The client in the zero-key mode: built once from its sources, served on loopback."""
