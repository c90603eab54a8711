"""`python -m bench.soak`: everything at once, for a long time, while servers are killed, slow and wrong."""
