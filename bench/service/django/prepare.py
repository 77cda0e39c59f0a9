"""Makes the tables, and prints the token of a member of the staff who may upload and view."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "media_api.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from media_api.models import Grant  # noqa: E402

call_command("migrate", run_syncdb=True, verbosity=0)
user = get_user_model().objects.create_user("bench", is_staff=True)
for code in (3801, 3802):
    Grant.objects.create(user=user, code=code)
print(Token.objects.create(user=user).key)
