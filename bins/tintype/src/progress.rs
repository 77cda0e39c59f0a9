use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;
use tintype_library::Progress;

/// How often the bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// How often a line is written where there is no terminal to draw a bar on.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// How far work is.
pub(crate) struct Position {
    /// Of the total.
    pub(crate) done: u64,
    /// What the bar shows as its message.
    pub(crate) message: String,
    /// What is written where there is no bar.
    pub(crate) line: String,
}

/// Does work to its end and says meanwhile on standard error how far it is.
pub(crate) async fn watched<T>(
    work: impl Future<Output = T>,
    total: u64,
    template: &str,
    position: impl Fn() -> Position,
) -> T {
    let is_terminal = std::io::stderr().is_terminal();
    let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
    let mut ticks = tokio::time::interval(if is_terminal { DRAW_EVERY } else { TELL_EVERY });
    ticks.tick().await;
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                bar.finish_and_clear();
                return done;
            }
            _ = ticks.tick() => {
                let Position { done, message, line } = position();
                bar.set_position(done);
                bar.set_message(message);
                if !is_terminal {
                    // Where standard error is closed there is nobody to tell.
                    let _ = writeln!(std::io::stderr(), "{line}");
                }
            }
        }
    }
}

/// As [`watched`], for work that copies a library.
pub(crate) async fn copying<T>(work: impl Future<Output = T>, progress: &Progress) -> T {
    let (files, bytes) = (progress.total_files(), progress.total_bytes());
    let template = "{wide_bar} {percent}%  {msg} files  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
    let position = || {
        let message = format!("{} of {files}", progress.files());
        let line = format!("{message} files, {} of {}", ByteSize(progress.bytes()), ByteSize(bytes));
        Position { done: progress.bytes(), message, line }
    };
    watched(work, bytes, template, position).await
}
