"""OpenID Connect Core 1.0, as FranceConnect and Pro Santé Connect speak it."""
