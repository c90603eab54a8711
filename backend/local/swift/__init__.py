"""The object store of the zero-key mode: OpenStack Swift, which speaks S3, in packages of its own."""
