//! What is uploaded.

use crate::picture::{Picture, Random, variable_bytes};
use std::ops::Range;

/// A file that clients upload again and again.
pub struct Workload {
    pub file_name: &'static str,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

impl Workload {
    /// The names of all of them, in the order of the report.
    pub const NAMES: [&'static str; 4] = ["photo", "small", "png", "pdf"];

    pub fn new(name: &str) -> Option<Self> {
        let jpeg = |content| Self { file_name: "photo.jpg", media_type: "image/jpeg", content };
        Some(match name {
            "photo" => jpeg(Picture::paint(2560, 1600, 22.0).jpeg(88)),
            "small" => jpeg(Picture::paint(640, 480, 8.0).jpeg(85)),
            "large" => jpeg(Picture::paint(4032, 3024, 22.0).jpeg(88)),
            "png" => {
                let content = Picture::paint(2400, 1600, 2.0).png();
                Self { file_name: "picture.png", media_type: "image/png", content }
            }
            "pdf" => Self { file_name: "paper.pdf", media_type: "application/pdf", content: pdf(200_000) },
            _ => return None,
        })
    }

    /// Returns so many bytes that look like nothing.
    pub fn noise(bytes: usize) -> Self {
        let mut random = Random::new(7);
        let content = (0..bytes / 8).flat_map(|_| random.next().to_le_bytes()).collect();
        Self { file_name: "noise.bin", media_type: "application/octet-stream", content }
    }

    pub fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    /// Returns whether every upload can be of another content, which a service that keeps equal
    /// files once needs.
    pub fn is_variable(&self) -> bool {
        variable_bytes(&self.content).is_some()
    }
}

/// A `multipart/form-data` body with one file.
#[derive(Clone)]
pub struct Form {
    pub bytes: Vec<u8>,
    variable: Option<Range<usize>>,
}

impl Form {
    const BOUNDARY: &'static str = "----service-bench-4f1d7c0a9be2";

    pub fn new(workload: &Workload, field: &str) -> Self {
        let mut bytes = Self::before(field, workload.file_name, workload.media_type).into_bytes();
        let start = bytes.len();
        bytes.extend_from_slice(&workload.content);
        bytes.extend_from_slice(Self::after().as_bytes());
        let variable = variable_bytes(&workload.content).map(|range| range.start + start..range.end + start);
        Self { bytes, variable }
    }

    /// Returns what goes before the file's bytes.
    pub fn before(field: &str, file_name: &str, media_type: &str) -> String {
        format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\nContent-Type: {media_type}\r\n\r\n",
            Self::BOUNDARY
        )
    }

    /// Returns what goes after the file's bytes.
    pub fn after() -> String {
        format!("\r\n--{}--\r\n", Self::BOUNDARY)
    }

    pub fn content_type() -> String {
        format!("multipart/form-data; boundary={}", Self::BOUNDARY)
    }

    /// Makes a JPEG the one of that number, of 250³.
    pub fn vary(&mut self, mut number: usize) {
        for byte in self.variable.clone().map(|range| &mut self.bytes[range]).into_iter().flatten() {
            *byte = (number % 250 + 5) as u8;
            number /= 250;
        }
    }
}

/// Returns a PDF of about that size: one page, and an attachment that cannot be compressed.
fn pdf(size: usize) -> Vec<u8> {
    let mut random = Random::new(11);
    let noise: Vec<u8> = (0..size).map(|_| (random.next() >> 32) as u8).collect();
    let mut bytes = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n".to_vec();
    bytes.extend_from_slice(format!("4 0 obj\n<< /Length {size} >>\nstream\n").as_bytes());
    bytes.extend_from_slice(&noise);
    bytes.extend_from_slice(b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n");
    bytes
}
