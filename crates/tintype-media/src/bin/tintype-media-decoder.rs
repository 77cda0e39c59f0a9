//! Decodes one picture for `tintype_media::DecoderProcess`; not for use by hand.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    tintype_media::run_decoder()
}
