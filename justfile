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

# What a bare Debian machine needs beside a Rust toolchain; PostgreSQL for tests only
setup:
    apt-get update
    apt-get install --yes gcc postgresql

# Start a PostgreSQL for playing with, gone when it ends
postgres:
    cargo run -p tintype-testkit --example postgres

# Measure the list at 100,000 files (or as many as given), on SQLite or in an empty PostgreSQL database
bench-list rows="100000" url="":
    cargo bench -p tintype-persistence --bench list -- {{rows}} {{url}}
