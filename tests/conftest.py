"""What every test may ask for."""

pytest_plugins = [
    "tests.fixtures.brokers",
    "tests.fixtures.browser",
    "tests.fixtures.collector",
    "tests.fixtures.databases",
    "tests.fixtures.house",
    "tests.fixtures.pages",
    "tests.fixtures.poolers",
    "tests.fixtures.product",
    "tests.fixtures.runtime",
    "tests.fixtures.served",
    "tests.fixtures.servers",
    "tests.fixtures.shelves",
    "tests.fixtures.sieges",
    "tests.fixtures.site",
    "tests.fixtures.stage",
    "tests.fixtures.suites",
]
