"""Crawls: walking through a part of a web site, whose pages become documents of their own."""
