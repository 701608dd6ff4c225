"""How the secrets of machine clients are kept."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class DrawnSecretHasher(PBKDF2PasswordHasher):
    """One salted round of HMAC-SHA-256: nobody guesses 256 random bits, so a slow hash would only slow each token down.

    Only for secrets that `identity.actions.register_client` drew or that are as long.
    """

    algorithm = "drawn_secret"
    iterations = 1
