"""Messages: sending, reading, stopping and rating them, watching an answer grow, and writing it."""
