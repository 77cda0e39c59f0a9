use crate::failure::Failure;
use std::io::Write;

/// Writes to standard output, where a closed pipe is the reader's decision and no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::during("cannot write to standard output", &error))
        }
        _ => Ok(()),
    }
}

/// Lays out rows below a heading, columns as wide as their widest cell.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut lines = vec![heading.map(str::to_owned)];
    lines.extend(rows);
    let widths: [usize; N] =
        std::array::from_fn(|i| lines.iter().map(|line| line[i].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for line in lines {
        let cells: Vec<_> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Returns how many files there are, in words.
pub(crate) fn files(count: u64) -> String {
    format!("{count} {}", if count == 1 { "file" } else { "files" })
}
