"""A small document of our own, so that the first question has something to be asked about."""

from pathlib import Path

PDF = Path(__file__).with_name("lighthouse-handbook.pdf")
QUESTION = "How often must the lamp be serviced, and by whom?"
