from django.urls import path

from .api import FileViewSet

urlpatterns = [
    path("api/media/files", FileViewSet.as_view({"get": "list", "post": "create"})),
    path("api/media/files/<int:pk>", FileViewSet.as_view({"get": "retrieve"})),
]
