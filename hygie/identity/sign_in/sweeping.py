"""What serves no longer: tries, challenges, ways back, old devices."""

import datetime as dt

from hygie.identity.sign_in import devices, guard, passkeys, resets


def forget_expired(*, now: dt.datetime) -> int:
    return (
        guard.forget_attempts(now=now)
        + passkeys.forget_challenges(now=now)
        + resets.forget(now=now)
        + devices.forget_old(now=now)
    )
