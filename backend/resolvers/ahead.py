"""Reads in one round trip what a project and the page of documents asked of it would take two for."""

from contextlib import suppress
from typing import Any

from graphql import FieldNode, IntValueNode, NullValueNode, StringValueNode, VariableNode

from backend.errors import AppError
from backend.schema.context import Info, NodeKey
from backend.schema.nodes import row_id
from backend.schema.paging import FIRST, page_key
from backend.schema.projects import Project
from backend.services.documents import read as documents


async def project_and_documents(info: Info, id: str) -> None:
    """Load the project, and with it the documents if this field asks for a page of them.

    Nothing is said of what is wrong or not there: whoever needs it asks for it, and is told.
    """
    asked = _asked(info, "documents")
    first = None if asked is None else asked.get("first", FIRST)
    if asked is None or first is None:
        return
    context = info.context
    with suppress(AppError):
        project_id = row_id(id, "Project")
        key = page_key(project_id, first, asked.get("after"))
        found = await documents.beginning(
            context.handles.database,
            viewer=context.viewer,
            project_id=project_id,
            first=key.first,
            after=key.after,
        )
        if found is not None:
            context.loaders.nodes.prime(NodeKey("Project", project_id), Project.from_row(found[0]))
        if found is not None and found[1].rows:
            context.loaders.documents_by_project.prime(key, found[1])


def _asked(info: Info, name: str) -> dict[str, Any] | None:
    """The arguments of the one field `name` right below this one; None where it is asked for otherwise."""
    selected = [
        node
        for field in info._raw_info.field_nodes
        for node in (field.selection_set.selections if field.selection_set else ())
        if isinstance(node, FieldNode) and node.name.value == name
    ]
    if len(selected) != 1 or selected[0].directives:
        return None
    found = {}
    for argument in selected[0].arguments or ():
        match argument.value:
            case VariableNode(name=variable):
                if variable.value in info.variable_values:
                    found[argument.name.value] = info.variable_values[variable.value]
            case IntValueNode(value=digits):
                found[argument.name.value] = int(digits)
            case StringValueNode(value=text):
                found[argument.name.value] = text
            case NullValueNode():
                found[argument.name.value] = None
            case _:
                return None
    return found
