"""`opentrace eval`: how well retrieval finds what people judged relevant, measured through the public API."""
