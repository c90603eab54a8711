"""A person's way through the API, each step answering with what was asked."""

from tests.fixtures import asking
from tests.fixtures.served import Served


async def test_a_new_project_has_the_products_settings_and_nothing_in_it(served: Served) -> None:
    project = await asking.new_project(served)
    query = """
    query ($id: ID!) {
      project(id: $id) {
        name description
        embeddingModel { dimensions }
        retrievalSettings { ragStrategy agentType numChunks similarityThreshold }
        documents {
          totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
        chats { totalCount }
      }
    }
    """
    assert (await served.ask(query, {"id": project}))["project"] == {
        "name": "Lighthouse",
        "description": "About lights",
        "embeddingModel": {"dimensions": 384},
        "retrievalSettings": {
            "ragStrategy": "BASIC",
            "agentType": "SIMPLE",
            "numChunks": 5,
            "similarityThreshold": 0.3,
        },
        "documents": {
            "totalCount": 0,
            "edges": [],
            "pageInfo": {
                "hasNextPage": False,
                "hasPreviousPage": False,
                "startCursor": None,
                "endCursor": None,
            },
        },
        "chats": {"totalCount": 0},
    }


async def test_a_question_and_its_answer_are_a_chat(served: Served) -> None:
    chat = await asking.new_chat(served, await asking.new_project(served))
    sent = await served.ask(asking.SEND, {"chat": chat, "content": "How bright is it?"})
    question = sent["sendMessage"]["question"]
    answer = sent["sendMessage"]["answer"]
    assert question == {"id": question["id"], "content": "How bright is it?", "role": "USER"}
    assert answer == {
        "id": answer["id"],
        "status": "QUEUED",
        "role": "ASSISTANT",
        "parent": {"id": question["id"]},
    }
    query = """
    query ($id: ID!) {
      chat(id: $id) {
        title
        project { name }
        messages {
          totalCount
          edges { node { id children { id } chat { id } citations { id } feedback { positive } } }
        }
      }
    }
    """
    assert (await served.ask(query, {"id": chat}))["chat"] == {
        "title": "Lamps",
        "project": {"name": "Lighthouse"},
        "messages": {
            "totalCount": 2,
            "edges": [
                {
                    "node": {
                        "id": answer["id"],
                        "children": [],
                        "chat": {"id": chat},
                        "citations": [],
                        "feedback": None,
                    }
                },
                {
                    "node": {
                        "id": question["id"],
                        "children": [{"id": answer["id"]}],
                        "chat": {"id": chat},
                        "citations": [],
                        "feedback": None,
                    }
                },
            ],
        },
    }


async def test_a_document_has_an_address_once_its_file_has_arrived(served: Served) -> None:
    document = await asking.new_document(served, await asking.new_project(served))
    query = "query ($id: ID!) { document(id: $id) { url } }"
    assert await served.ask(query, {"id": document}) == {"document": {"url": None}}
