"""Sign-in by an identity provider: FranceConnect+ for citizens, Pro Santé Connect for professionals."""
