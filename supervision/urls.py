"""Addresses of supervision: the dashboard, meetings, reviews, vignettes."""

from django.urls import path

from supervision.views import reviews

app_name = "supervision"
urlpatterns: list = [
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/submit/", reviews.review_submit_all, name="review_submit_all"),
    path("reviews/<uuid:pk>/", reviews.review, name="review"),
    path("reviews/<uuid:pk>/approve/", reviews.review_approve, name="review_approve"),
    path("reviews/<uuid:pk>/back/", reviews.review_back, name="review_back"),
    path("sessions/<uuid:pk>/submit/", reviews.review_submit, name="review_submit"),
    path("sessions/<uuid:pk>/state/", reviews.review_state, name="review_state"),
]
