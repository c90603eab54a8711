"""Statements, one file a noun; every function takes a session and returns rows or plain values."""
