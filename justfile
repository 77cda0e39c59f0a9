# What people do with this repository. `just` alone lists it.
_default:
    @just --list

# Start the server with no set-up
serve *args:
    cargo run --release -- serve {{args}}

# Run all tests
test:
    cargo test --workspace

# Everything that has to hold before a change lands
ci:
    bash .ci/run

# Start a PostgreSQL for playing with, gone when it ends
postgres:
    cargo run -p tintype-testkit --example postgres

# Start a private Garage, an S3 server, and say how to point tintype at it; it and its files are gone in the end
garage:
    bash .ci/garage
    cargo run -p tintype-testkit --example garage

# What a bare Debian machine needs beside a Rust toolchain, and the servers of the tests
setup:
    apt-get update
    apt-get install --yes gcc make postgresql
    bash .ci/garage

# Measure the list at 100,000 files (or as many as given), on SQLite or in an empty PostgreSQL database
bench-list rows="100000" url="":
    cargo bench -p tintype-persistence --bench list -- {{rows}} {{url}}

# Measure thumbnails beside those of sharp, Pillow, libvips and libjpeg-turbo (bench/thumbnails/README.md)
bench-thumbnails *args:
    bench/thumbnails/run {{args}}

# Measure whole uploads and downloads beside other services (bench/service/README.md)
bench-service *args:
    bench/service/run {{args}}

# Move 10,000 files (or as many as given) to PostgreSQL and Garage and back, killed four times, and compare all of them
prove-migrate count="10000":
    cargo build --release
    TINTYPE_BINARY=target/release/tintype cargo run --release -p tintype-testkit --example migrate -- {{count}}
