// What an application would test of its own, here straight against the API.
import { expect, inject, test } from "vitest";

const { url, token } = inject("tintype");
const headers = { Authorization: `Token ${token}` };

test("an upload is listed and served", async () => {
  const form = new FormData();
  form.set("f", new File(["hello"], "note.txt"));
  form.set("tags", "notes");
  const created = await fetch(`${url}/api/media/files`, { method: "POST", headers, body: form });
  expect(created.status).toBe(201);
  const file = await created.json();
  expect([file.type, file.tags]).toEqual(["text", ["notes"]]);
  const list = await (await fetch(`${url}/api/media/files?search=note`, { headers })).json();
  expect(list.count).toBe(1);
  expect(await (await fetch(file.f)).text()).toBe("hello");
  const deleted = await fetch(`${url}/api/media/files/${file.id}`, { method: "DELETE", headers });
  expect(deleted.status).toBe(204);
});
