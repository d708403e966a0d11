"""Gets the tokens that other inventories ask for, from where our inventory says they are kept."""

import asyncio

from auditor.credentials import CredentialRef, Prompt
from auditor.errors import DeviceError, UsageError
from auditor.secrets import Secret


def reveal(place: CredentialRef) -> Secret:
    """Return the secret that is kept at a place, or that a person types; raises `UsageError` if there is none."""
    from auditor.collect.asking import terminal
    from auditor.collect.credentials import Credentials, PasswordLogin

    async def found(credentials: Credentials) -> Secret:
        if isinstance(place, Prompt):
            return await credentials.ask("Token of the other inventory (`sources`): ", echo=False)
        login = await credentials.login(None, place)
        if not isinstance(login, PasswordLogin):
            raise UsageError(f"expected a token, found: {place}")
        return login.password

    # Sources are read before anything is collected: there is no display of progress that a question could garble.
    with terminal() as ask:
        try:
            return asyncio.run(found(Credentials(ask=ask)))
        except DeviceError as error:
            raise UsageError(f"{error}; {error.hint}") from error
