"""What an application would test of its own, here straight against the API."""


def test_an_upload_is_listed_and_served(tintype, media):
    files = f"{tintype['url']}/api/media/files"
    created = media.post(files, files={"f": ("note.txt", b"hello")}, data={"tags": "notes"})
    assert created.status_code == 201, created.text
    file = created.json()
    assert (file["type"], file["tags"]) == ("text", ["notes"])
    assert media.get(files, params={"search": "note"}).json()["count"] == 1
    assert media.get(file["f"]).content == b"hello"
    assert media.delete(f"{files}/{file['id']}").status_code == 204
