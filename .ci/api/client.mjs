// Uploads, lists, changes and deletes by openapi-fetch, with the types that openapi-typescript made.
// @ts-check
import assert from "node:assert/strict";
import createClient from "openapi-fetch";

const client = /** @type {import("openapi-fetch").Client<import("./api.js").paths>} */ (
  createClient({
    baseUrl: process.env.TINTYPE_URL,
    headers: { Authorization: `Token ${process.env.TINTYPE_TOKEN}` },
  })
);

const uploaded = await client.POST("/api/media/files", {
  body: { f: "hello", name: "Note", tags: ["notes"] },
  bodySerializer() {
    const form = new FormData();
    form.set("f", new File(["hello"], "note.txt"));
    form.set("name", "Note");
    form.set("tags", "notes");
    return form;
  },
});
assert.equal(uploaded.response.status, 201, JSON.stringify(uploaded.error));
const file = uploaded.data;
assert.ok(file);
assert.deepEqual([file.type, file.name, file.tags, file.size], ["text", "Note", ["notes"], 5]);

const list = await client.GET("/api/media/files", { params: { query: { type: "text", limit: 1 } } });
assert.equal(list.data?.results[0]?.id, file.id);

const path = { id: file.id };
const changed = await client.PATCH("/api/media/files/{id}", { params: { path }, body: { name: "Renamed" } });
assert.equal(changed.data?.name, "Renamed");

const wrong = await client.PATCH("/api/media/files/{id}", { params: { path }, body: { name: "" } });
assert.deepEqual([wrong.response.status, wrong.error?.errors?.name], [400, ["This field may not be blank."]]);

const deleted = await client.DELETE("/api/media/files/{id}", { params: { path } });
assert.equal(deleted.response.status, 204);
const gone = await client.GET("/api/media/files/{id}", { params: { path } });
assert.deepEqual([gone.response.status, gone.error?.detail], [404, "Not found."]);
console.log("uploaded, listed, changed, deleted");
