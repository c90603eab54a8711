"""Documents: taking them in, showing how far they are, and letting them go."""
