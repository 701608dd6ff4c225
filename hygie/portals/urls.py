"""The human doors. Each page is found here, and each has a policy (`portals/policy.py`)."""

from django.urls import include, path

handler400 = "hygie.portals.ui.errors.bad_request"
handler403 = "hygie.portals.ui.errors.forbidden"
handler404 = "hygie.portals.ui.errors.not_found"
handler500 = "hygie.portals.ui.errors.server_error"

urlpatterns = [
    path("", include("hygie.portals.public.urls")),
    path("", include("hygie.portals.account.urls")),
    path("", include("hygie.portals.citizen.urls")),
    path("", include("hygie.portals.professional.urls")),
]
