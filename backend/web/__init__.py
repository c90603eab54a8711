"""The web: pages from public addresses, and searches by Tavily or DuckDuckGo."""

from backend.web.duckduckgo import DuckDuckGo
from backend.web.fetch import Limits, Manners, Page, Stamp, Web
from backend.web.guard import Guard, networks
from backend.web.scrapingbee import ScrapingBee
from backend.web.search import Engine, WebResult, WebSearch
from backend.web.tavily import Tavily
from backend.web.urls import checked

__all__ = [
    "DuckDuckGo",
    "Engine",
    "Guard",
    "Limits",
    "Manners",
    "Page",
    "ScrapingBee",
    "Stamp",
    "Tavily",
    "Web",
    "WebResult",
    "WebSearch",
    "checked",
    "networks",
]
