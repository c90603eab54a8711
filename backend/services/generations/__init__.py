"""Embedding models of projects: changing them beside what serves, going back, and clearing away."""
