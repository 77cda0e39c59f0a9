# `just` lists the recipes.
_default:
    @just --list

# Start the server with no set-up
serve *args:
    cargo run --release -- serve {{args}}

# Run all tests
test:
    cargo test --workspace

# Everything that has to hold before a change lands; installs nothing
ci:
    bash .ci/run

# Start a PostgreSQL to try things on; it is deleted when it ends
postgres:
    cargo run -p tintype-testkit --example postgres

# Start a private Garage (an S3 server) and print how to point tintype at it; it is deleted when it ends
garage:
    bash .ci/garage
    cargo run -p tintype-testkit --example garage

# Install what `just ci` needs beside a Rust toolchain, on Debian: build tools, PostgreSQL, Garage
setup:
    .ci/setup

# Measure the list at 100,000 files (or as many as given), on SQLite or in an empty PostgreSQL database
bench-list rows="100000" url="":
    cargo bench -p tintype-persistence --bench list -- {{rows}} {{url}}

# Measure pages by cursor behind every filter, in every order, at several depths
bench-depths rows="1000000" url="":
    cargo bench -p tintype-persistence --bench list -- {{rows}} {{url}} depths

# Measure thumbnails beside sharp, Pillow, libvips and libjpeg-turbo (bench/thumbnails/README.md)
bench-thumbnails *args:
    bench/thumbnails/run {{args}}

# Measure whole uploads and downloads beside other services (bench/service/README.md)
bench-service *args:
    bench/service/run {{args}}

# Measure previews beside ffmpeg, pdftoppm and pillow-heif, or send damaged files (bench/previews/README.md)
bench-previews *args:
    bench/previews/run {{args}}

# Compare the CPU for each request of two builds or more: `just compare before=/path/to/tintype after=target/release/tintype`
compare *builds:
    bench/service/compare {{builds}}

# Flood a release build and print what that costs; bench/service/flood names the floods
flood what:
    cargo build --release
    bench/service/flood target/release/tintype {{what}}

# Move 10,000 files (or as many as given) to PostgreSQL and Garage and back, killed four times, and compare them all
prove-migrate count="10000":
    cargo build --release
    TINTYPE_BINARY=target/release/tintype cargo run --release -p tintype-testkit --example migrate -- {{count}}

# Import, check, back up and restore 100,000 small files (or as many as given) beside a server, killed on the way;
# `just prove-upkeep 20000 postgres garage`
prove-upkeep count="100000" database="sqlite" storage="disk":
    cargo build --release
    TINTYPE_BINARY=target/release/tintype cargo run --release -p tintype-testkit --example upkeep -- {{count}} {{database}} {{storage}}

# Run a linter, schemathesis and two generated clients against the description of the API
prove-api *args:
    cargo build
    .ci/prove-api {{args}}

# Look at the views of the page with axe-core, and picture them: `just prove-page library-1280`
prove-page *args:
    cargo build
    .ci/prove-page {{args}}

# Kill the server 200 times while tuspy, tus-js-client and Uppy upload files of 200 MiB
prove-tus *args:
    cargo build --release
    .ci/prove-tus {{args}}

# The same with the files in a bucket of a private Garage
prove-tus-garage *args:
    bash .ci/garage
    cargo build --release
    cargo run -p tintype-testkit --example garage -- .ci/prove-tus {{args}}

# Inject faults into the server, and compare what is left; as root for all (docs/reliability.md)
faults *args:
    cargo build --release
    cargo run --quiet -p tintype-faults -- {{args}}

# Send some 500 hostile files and 260 hostile requests to a release build (docs/reliability.md)
hostile *args:
    cargo build --release
    bench/hostile/run target/release/tintype {{args}}

# Run the examples for pytest, Vitest and Rust
examples:
    cargo build
    .ci/examples

# Write the description of the API, docs/openapi.json
describe:
    UPDATE_DOCS=1 cargo test -p tintype-http --lib the_copy_in_docs
