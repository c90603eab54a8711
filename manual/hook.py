"""MkDocs calls this when it has read `docs/`: the pages that code writes join those that people wrote."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from manual import pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files
