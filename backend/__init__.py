"""Opentrace: ask questions of your own documents and get answers you can check."""
