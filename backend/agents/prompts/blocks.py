"""Texts of others between tags of ours, which they can neither open nor close."""

from html import escape


def escaped(text: str) -> str:
    """Only the brackets: an escaped "&" would come back changed in the model's quotations."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def attribute(value: str) -> str:
    """A value between double quotation marks, on one line."""
    return escape(" ".join(value.split()))
