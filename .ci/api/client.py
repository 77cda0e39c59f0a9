"""Uploads, lists, changes and deletes by the client that openapi-python-client made."""

import io
import os

from tintype_client import AuthenticatedClient
from tintype_client.api.files import change_file, delete_file, get_file, list_files, upload_file
from tintype_client.models import CreatedFile, File, FileChange, FilePage, NewFile, Problem
from tintype_client.types import File as Content

client = AuthenticatedClient(base_url=os.environ["TINTYPE_URL"], token=os.environ["TINTYPE_TOKEN"], prefix="Token")

content = Content(payload=io.BytesIO(b"hello"), file_name="note.txt", mime_type="text/plain")
uploaded = upload_file.sync_detailed(client=client, body=NewFile(f=content, name="Note", tags=["notes"]))
assert uploaded.status_code == 201, uploaded
file = uploaded.parsed
assert isinstance(file, CreatedFile), file
assert (file.type_.value, file.name, file.tags, file.size) == ("text", "Note", ["notes"], 5), file

page = list_files.sync(client=client, type_="text", limit=1)
assert isinstance(page, FilePage) and page.results[0].id == file.id, page

changed = change_file.sync(file.id, client=client, body=FileChange(name="Renamed"))
assert isinstance(changed, File) and changed.name == "Renamed", changed

wrong = change_file.sync_detailed(file.id, client=client, body=FileChange(name=""))
assert wrong.status_code == 400 and isinstance(wrong.parsed, Problem), wrong

assert delete_file.sync_detailed(file.id, client=client).status_code == 204
assert get_file.sync_detailed(file.id, client=client).status_code == 404
print("uploaded, listed, changed, deleted")
