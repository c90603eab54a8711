"""People: whoever comes with a good token is a user, from the first call on."""

from backend.auth import Identity, Viewer
from backend.errors import NotFound, NotSignedIn
from db.engine import Session
from db.models import User
from db.queries import users


async def sign_in(session: Session, *, identity: Identity) -> Viewer:
    """The viewer behind a verified token; their row is made at the first call, whatever webhooks do later.

    Raises NotSignedIn for a person who was deleted, whose token may live on for a minute.
    """
    user_id = await users.ensure(session, subject=identity.subject, email=identity.email, name=identity.name)
    if user_id is None:
        raise NotSignedIn("This user was deleted.")
    return Viewer(
        user_id=user_id,
        subject=identity.subject,
        session_id=identity.session_id,
        expires_at=identity.expires_at,
    )


async def get(session: Session, *, viewer: Viewer) -> User:
    """The viewer's own row; raises NotFound when it was deleted since they signed in."""
    row = await users.get(session, viewer.user_id)
    if row is None:
        raise NotFound("This user was deleted.")
    return row
