"""What waits: the Celery entrypoint and its three-line bodies."""
