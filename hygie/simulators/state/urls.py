"""Addresses of the country's services. Another service is another line."""

from django.urls import path

from hygie.simulators.state import home, letterbox
from hygie.simulators.state.oidc import logout, tokens, views

_OIDC = "<slug:realm>"
urlpatterns = [
    path("", home.home, name="home"),
    path("langue/", home.language, name="language"),
    path("boite/", letterbox.show, name="letterbox"),
    path("operateurs/<slug:way>", letterbox.receive, name="operator"),
    path(f"{_OIDC}/.well-known/openid-configuration", views.discovery, name="discovery"),
    path(f"{_OIDC}/.well-known/wallet-openid-configuration", views.discovery, name="wallet_discovery"),
    path(f"{_OIDC}/jwks", views.jwks, name="jwks"),
    path(f"{_OIDC}/cles", views.rotate, name="rotate"),
    path(f"{_OIDC}/authorize", views.authorize, name="authorize"),
    path(f"{_OIDC}/identite", views.choose, name="choose"),
    path(f"{_OIDC}/token", tokens.token, name="token"),
    path(f"{_OIDC}/userinfo", tokens.userinfo, name="userinfo"),
    path(f"{_OIDC}/logout", logout.end_session, name="end_session"),
    path(f"{_OIDC}/session", logout.session, name="session"),
]
