from django.conf import settings
from django.db import models


class Grant(models.Model):
    """What a member of the staff may do."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    code = models.PositiveIntegerField()


class File(models.Model):
    type = models.CharField(max_length=20, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    f = models.FileField(upload_to="core_media/%Y/%m/%d/", max_length=500)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    mode = models.CharField(max_length=10, null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True)


class Thumbnail(models.Model):
    file = models.ForeignKey(File, models.CASCADE, related_name="thumbnails")
    f = models.FileField(upload_to="core_media/%Y/%m/%d/thumbnails/", max_length=500)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
