"""Addresses of the trends."""

from django.urls import path

from trends import views

app_name = "trends"
urlpatterns = [
    path("trends/", views.trends, name="trends"),
    path("trends/export/", views.export, name="export"),
    path("trends/cases/", views.cases, name="cases"),
    path("trends/letter/", views.letter, name="letter"),
    path("trends/runs/", views.runs, name="runs"),
    path("trends/runs/<int:pk>/again/", views.run_again, name="run_again"),
]
