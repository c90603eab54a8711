"""The supervisor: it asks sub-agents, one by each tool, and writes the answer from their reports."""

from backend.agents import agent, prompts
from backend.agents.agent import Loop, Work
from backend.agents.context import AgentContext
from backend.agents.nodes import Agent
from backend.agents.tools import DOCUMENTS, WEB, Tool, first_call
from backend.rag import claims

SUPERVISOR = "supervisor"
"""The agent's name in events."""

RESEARCHER = Agent(
    name="documents",
    prompt=lambda context: prompts.told("rag", context.today),
    tools=lambda _: [DOCUMENTS],
    is_heard=False,
)
SURFER = Agent(
    name="web",
    prompt=lambda context: prompts.told("web", context.today),
    tools=lambda _: [WEB],
    is_heard=False,
)


def build() -> Loop:
    """The supervisor's graph; each of its tools runs the graph of a sub-agent."""
    asks_documents = _delegate(
        RESEARCHER,
        DOCUMENTS,
        "Have an assistant search the project's documents; returns its report and the passages it cites.",
    )
    asks_web = _delegate(
        SURFER,
        WEB,
        "Have an assistant search the web; returns its report and the parts of pages that it cites.",
    )

    def offered(context: AgentContext) -> list[Tool]:
        return [asks_documents] if context.search_web is None else [asks_documents, asks_web]

    return agent.build(
        Agent(
            name=SUPERVISOR,
            prompt=lambda context: prompts.told("supervisor", context.today),
            tools=offered,
        )
    )


def _delegate(sub_agent: Agent, tool: Tool, purpose: str) -> Tool:
    """A tool of the same name that has `sub_agent` search, read, and report."""
    loop = agent.build(sub_agent)

    async def run(context: AgentContext, query: str) -> str:
        await context.emit.send("AgentStarted", {"agent": sub_agent.name})
        # It searches for its whole task first: no model has to be asked what to look for.
        report = await agent.run(loop, context, Work(query, calls=[first_call(tool, query)]))
        cited = {marker.number for claim in claims.of(report) for marker in claim.markers}
        return prompts.report(sub_agent.name, report, context.passages.again(cited))

    query = "What to find out, as one self-contained question: the assistant knows nothing of the chat."
    return Tool(tool.name, purpose, query, run)
