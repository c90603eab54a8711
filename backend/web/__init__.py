"""Pages of the web, fetched by us from public addresses only, or by ScrapingBee when there is a key."""

from backend.web.fetch import Limits, Page, Web
from backend.web.guard import Guard, networks
from backend.web.scrapingbee import ScrapingBee
from backend.web.urls import checked

__all__ = ["Guard", "Limits", "Page", "ScrapingBee", "Web", "checked", "networks"]
