"""Addresses of supervision: the dashboard, meetings, reviews, vignettes."""

app_name = "supervision"
urlpatterns: list = []
