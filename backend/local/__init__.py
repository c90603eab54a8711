"""The zero-key mode: real servers on loopback, started and supervised by us."""
