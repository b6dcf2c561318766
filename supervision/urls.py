"""Addresses of supervision: the dashboard, meetings, reviews, vignettes."""

from django.urls import path

from supervision.views import vignettes

app_name = "supervision"
urlpatterns: list = [
    path("vignettes/", vignettes.vignette_list, name="vignette_list"),
    path("vignettes/restart/", vignettes.vignette_restart, name="vignette_restart"),
    path("vignettes/<str:vignette>/", vignettes.vignette, name="vignette"),
]
