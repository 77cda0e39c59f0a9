export default { test: { globalSetup: "./tintype.setup.mjs" } };
