"""Swift's account, container, object and proxy servers in one process; runs on Swift's own Python.

Started as a script with the settings folder and the data folder; nothing of the product is imported here,
because the product's packages are not installed where this runs.
"""

import sys

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402 - eventlet patches the standard library before anything else loads it
from configparser import RawConfigParser  # noqa: E402
from pathlib import Path  # noqa: E402

import eventlet.wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

RINGS = {"account": "account.ring.gz", "container": "container.ring.gz", "object": "object.ring.gz"}
DEVICE = "disk"


class Silence:
    """Where the access log goes: request lines would carry signatures."""

    def write(self, *words: object) -> None:
        pass

    def flush(self) -> None:
        pass


def port_of(settings: Path, server: str) -> int:
    parser = RawConfigParser()
    parser.read(settings / f"{server}.conf")
    return int(parser["DEFAULT"]["bind_port"])


def build_ring(settings: Path, server: str) -> None:
    """One device that holds every partition once; the same disk whichever port it is served on."""
    builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
    place = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port_of(settings, server)}
    builder.add_dev({"id": 0, "device": DEVICE, "weight": 1.0, "meta": "", **place})
    builder.rebalance(seed=1)
    builder.get_ring().save(str(settings / RINGS[server]))


def serve(settings: Path, server: str) -> "eventlet.greenthread.GreenThread":
    app = loadapp(str(settings / f"{server}.conf"), global_conf={"log_name": server})
    listener = eventlet.listen(("127.0.0.1", port_of(settings, server)), backlog=512)
    return eventlet.spawn(
        eventlet.wsgi.server,
        listener,
        app,
        log=Silence(),
        log_output=False,
        debug=False,
        protocol=SwiftHttpProtocol,
        capitalize_response_headers=False,
        max_size=256,
    )


def main(settings: Path, data: Path) -> None:
    os.umask(0o077)
    (data / DEVICE).mkdir(parents=True, exist_ok=True)
    utils.set_swift_dir(str(settings))
    for server in RINGS:
        build_ring(settings, server)
    for thread in [serve(settings, server) for server in (*RINGS, "proxy")]:
        thread.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
