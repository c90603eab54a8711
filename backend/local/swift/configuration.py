"""What Swift's four servers are told: the files they read, written afresh before each start."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.local.installation import write_private

STORAGE_SERVERS = ("account", "container", "object")
REGION = "us-east-1"

Sections = dict[str, dict[str, str]]

# The proxy's steps, in the order in which a request meets them; each is a plugin of that name.
_PIPELINE = (
    *("catch_errors", "gatekeeper", "listing_formats", "bulk", "s3api", "tempauth"),
    *("copy", "slo", "dlo", "versioned_writes", "symlink"),
)


@dataclass(frozen=True)
class Store:
    """One object store. `ports` names account, container, object and proxy."""

    settings_folder: Path
    data_folder: Path
    ports: Mapping[str, int]
    account: str
    user: str
    secret_key: str
    hash_suffix: str
    allowed_origins: tuple[str, ...]


def write(store: Store) -> None:
    """Write every file into the settings folder; they hold the key, so only their owner reads them."""
    files = {name: _storage_server(store, name) for name in STORAGE_SERVERS}
    files["proxy"] = _proxy(store)
    files["swift"] = {
        "swift-hash": {"swift_hash_path_prefix": "opentrace", "swift_hash_path_suffix": store.hash_suffix},
        "storage-policy:0": {"name": "one", "default": "yes", "policy_type": "replication"},
    }
    for name, sections in files.items():
        write_private(store.settings_folder / f"{name}.conf", _as_text(sections))


def _common(store: Store, name: str) -> dict[str, str]:
    return {
        "bind_ip": "127.0.0.1",
        "bind_port": str(store.ports[name]),
        "workers": "0",
        "swift_dir": str(store.settings_folder),
        "log_level": "WARNING",
        "log_udp_host": "",
        "log_address": "/dev/null",
    }


def _storage_server(store: Store, name: str) -> Sections:
    server = f"{name}-server"
    disk = {
        "devices": str(store.data_folder),
        "mount_check": "false",
        "fallocate_reserve": "0",
        "disable_fallocate": "yes",
    }
    return {
        "DEFAULT": _common(store, name) | disk,
        "pipeline:main": {"pipeline": server},
        f"app:{server}": {"use": f"egg:swift#{name}"},
    }


def _proxy(store: Store) -> Sections:
    origins = ",".join(store.allowed_origins)
    special: dict[str, dict[str, str]] = {
        "tempauth": {f"user_{store.account}_{store.user}": f"{store.secret_key} .admin"},
        "s3api": {
            "location": REGION,
            "s3_acl": "false",
            "check_bucket_owner": "false",
            "auth_pipeline_check": "false",
            "cors_preflight_allow_origin": origins,
        },
        "versioned_writes": {"allow_versioned_writes": "true"},
    }
    filters = {f"filter:{name}": {"use": f"egg:swift#{name}"} | special.get(name, {}) for name in _PIPELINE}
    return {
        "DEFAULT": _common(store, "proxy") | {"cors_allow_origin": origins, "strict_cors_mode": "true"},
        "pipeline:main": {"pipeline": " ".join((*_PIPELINE, "proxy-server"))},
        "app:proxy-server": {
            "use": "egg:swift#proxy",
            "allow_account_management": "true",
            "account_autocreate": "true",
        },
        **filters,
    }


def _as_text(sections: Sections) -> str:
    blocks = (
        "\n".join((f"[{title}]", *(f"{name} = {value}" for name, value in lines.items())))
        for title, lines in sections.items()
    )
    return "\n\n".join(blocks) + "\n"
