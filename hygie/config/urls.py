"""The human addresses, and the one that a supervisor asks. The machines' are in hygie/api/urls.py (`MachineDoor`)."""

from django.urls import include, path

from hygie.config.health import health

handler400 = "hygie.portals.ui.errors.bad_request"
handler403 = "hygie.portals.ui.errors.forbidden"
handler404 = "hygie.portals.ui.errors.not_found"
handler500 = "hygie.portals.ui.errors.server_error"

urlpatterns = [
    path("sante/", health, name="health"),
    path("", include("hygie.portals.urls")),
]
