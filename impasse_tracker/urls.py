"""Every address of the house."""

from django.urls import include, path

from impasse_tracker import health, metrics, views

handler400 = "impasse_tracker.views.bad_request"
handler403 = "impasse_tracker.views.not_yours"
handler404 = "impasse_tracker.views.not_there"
handler429 = "impasse_tracker.views.too_often"  # allauth's name for it
handler500 = "impasse_tracker.views.went_wrong"

urlpatterns = [
    path("", views.home, name="home"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("clients/<uuid:pk>/handover/", views.handover, name="handover"),
    path("accounts/", include("people.sign_in_urls")),
    path("", include("people.urls")),
    path("", include("impasses.urls")),
    path("", include("sessions_app.urls")),
    path("", include("trends.urls")),
    path("supervision/", include("supervision.urls")),
]
