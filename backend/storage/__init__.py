"""The object store: browsers put and get by signed addresses, workers read, deletion reaches everything."""

from backend.storage.client import Bucket, SignedUpload
from backend.storage.objects import Delivery, ListedObject, Storage, StoredObject
from backend.storage.parts import StoredPart

__all__ = ["Bucket", "Delivery", "ListedObject", "SignedUpload", "Storage", "StoredObject", "StoredPart"]
