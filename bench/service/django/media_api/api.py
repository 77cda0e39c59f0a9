from django.contrib.auth import get_user_model
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from PIL import Image, UnidentifiedImageError
from rest_framework import mixins, serializers, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission

from . import media
from .models import File, Thumbnail

CODES = {"create": 3801, "list": 3802, "retrieve": 3802}


class MayUseFiles(BasePermission):
    def has_permission(self, request, view):
        user = request.user
        if not user.is_authenticated:
            return False
        code = CODES.get(view.action)
        return user.is_superuser or (user.is_staff and user.grants.filter(code=code).exists())


class UserSerializer(serializers.ModelSerializer):
    full_name = serializers.CharField(source="get_full_name", read_only=True)

    class Meta:
        model = get_user_model()
        fields = ["id", "username", "full_name"]


class ThumbnailSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thumbnail
        fields = ["id", "f", "size", "width", "height", "bytes"]


class FileSerializer(serializers.ModelSerializer):
    user = UserSerializer(read_only=True)
    name = serializers.CharField(max_length=255, required=False)
    human_readable_size = serializers.SerializerMethodField()
    thumbnails = ThumbnailSerializer(many=True, read_only=True)

    class Meta:
        model = File
        fields = [
            "id", "type", "user", "f", "name", "description", "size", "human_readable_size",
            "width", "height", "mode", "created_at", "updated_at", "thumbnails",
        ]  # fmt: skip
        read_only_fields = ["type", "size", "width", "height", "mode"]

    def get_human_readable_size(self, file):
        return filesizeformat(file.size)

    def create(self, validated):
        upload = validated["f"]
        validated.setdefault("name", upload.name)
        kind = media.type_of(upload)
        facts, rendered = {}, []
        if kind == "image":
            try:
                image = Image.open(upload)
                facts = {"width": image.width, "height": image.height, "mode": image.mode}
                rendered = list(media.thumbnails(image, upload.name))
            except (UnidentifiedImageError, OSError):
                rendered = []
            upload.seek(0)
        with transaction.atomic():
            file = File.objects.create(type=kind, size=upload.size, **facts, **validated)
            for edge, (width, height), content in rendered:
                Thumbnail.objects.create(
                    file=file, f=content, size=edge, width=width, height=height, bytes=content.size
                )
        return file


class FileViewSet(
    mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    queryset = File.objects.select_related("user").prefetch_related("thumbnails").order_by("-created_at", "-id")
    serializer_class = FileSerializer
    parser_classes = [MultiPartParser]
    permission_classes = [MayUseFiles]

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)
