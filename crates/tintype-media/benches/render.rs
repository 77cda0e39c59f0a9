//! Whole frames through this crate and through `fast_image_resize` alone, in turn: CPU time of this
//! thread, and how far the pixels are from the same filter in floating point.
//!
//! `cargo bench -p tintype-media --bench render -- 21`: how many rounds.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;
use std::io::Cursor;
use std::time::Duration;

use fast_image_resize::images::Image as Frame;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use rustix::time::{ClockId, clock_gettime};
use tintype_media::{Fit, Image, Limits, RenderOptions, Renderer};

const FROM: (u32, u32) = (2560, 1600);

fn main() {
    let rounds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(5_usize);
    println!("case                            tintype          fast_image_resize        difference from f32");
    for (name, channels) in [("RGB", 3), ("RGBA", 4)] {
        let pixels = picture(channels);
        let file = pam(channels, &pixels);
        for (case, fit, to) in [
            ("fill", Fit::Fill, (1080, 675)),
            ("fill", Fit::Fill, (512, 320)),
            ("fill", Fit::Fill, (64, 40)),
            ("cover", Fit::Cover, (400, 400)),
            ("enlarge", Fit::Fill, (3200, 2000)),
        ] {
            let options = RenderOptions::fit(fit, to.0, to.1).enlarged();
            let mut renderer = Renderer::new();
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let (mut our_pixels, mut their_pixels) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let mut image =
                    Image::open(Cursor::new(&file), &Limits::default().with_max_alloc_bytes(4 << 30)).unwrap();
                let (time, made) = timed(|| renderer.to_rgba8(&mut image, &options).unwrap());
                ours.push(time);
                our_pixels = made.pixels;
                let (time, made) = timed(|| alone(&pixels, channels, to));
                theirs.push(time);
                their_pixels = made;
            }
            let exact = exact(&pixels, channels, to);
            println!(
                "{name:4} {case:8} {:>4}x{:<4}     {:>9.2} ms       {:>9.2} ms          {:.2} dB, {:.2} dB",
                to.0,
                to.1,
                median(&mut ours),
                median(&mut theirs),
                difference(&our_pixels, &exact),
                difference(&their_pixels, &exact),
            );
        }
    }
}

/// What a service would write: one call, eight bits, alpha multiplied and divided; with the file's
/// pixels copied as this crate has to.
fn alone(pixels: &[u8], channels: usize, to: (u32, u32)) -> Vec<u8> {
    let kind = if channels == 3 { PixelType::U8x3 } else { PixelType::U8x4 };
    let source = Frame::from_vec_u8(FROM.0, FROM.1, black_box(pixels.to_vec()), kind).unwrap();
    let mut target = Frame::new(to.0, to.1, kind);
    let options = ResizeOptions::new().fit_into_destination(None);
    Resizer::new().resize(&source, &mut target, &options).unwrap();
    rgba(target.buffer(), channels)
}

fn rgba(pixels: &[u8], channels: usize) -> Vec<u8> {
    pixels.chunks(channels).flat_map(|p| [p[0], p[1], p[2], p.get(3).copied().unwrap_or(255)]).collect()
}

/// The same filter in floating point: colours times alpha.
fn exact(pixels: &[u8], channels: usize, to: (u32, u32)) -> Vec<f32> {
    let weighted: Vec<f32> = rgba(pixels, channels)
        .chunks(4)
        .flat_map(|p| {
            let alpha = f32::from(p[3]) / 255.0;
            [f32::from(p[0]) * alpha, f32::from(p[1]) * alpha, f32::from(p[2]) * alpha, f32::from(p[3])]
        })
        .collect();
    let bytes = bytemuck::cast_slice(&weighted).to_vec();
    let source = Frame::from_vec_u8(FROM.0, FROM.1, bytes, PixelType::F32x4).unwrap();
    let mut target = Frame::new(to.0, to.1, PixelType::F32x4);
    let options = ResizeOptions::new().fit_into_destination(None).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).unwrap();
    target.buffer().chunks(4).map(|bytes| f32::from_ne_bytes(bytes.try_into().unwrap())).collect()
}

/// Returns the PSNR of what is seen.
fn difference(rgba: &[u8], exact: &[f32]) -> f64 {
    let mut sum = 0.0;
    for (pixel, exact) in rgba.chunks(4).zip(exact.chunks(4)) {
        let alpha = f64::from(pixel[3]) / 255.0;
        for channel in 0..4 {
            let found = f64::from(pixel[channel]) * if channel < 3 { alpha } else { 1.0 };
            sum += (found - f64::from(exact[channel].clamp(0.0, 255.0))).powi(2);
        }
    }
    10.0 * (255.0_f64.powi(2) / (sum / rgba.len() as f64)).log10()
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let start = now();
    let made = black_box(work());
    ((now() - start).as_secs_f64() * 1000.0, made)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Gradients, edges and grain; a quarter is transparent.
fn picture(channels: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity((FROM.0 * FROM.1) as usize * channels);
    for y in 0..FROM.1 {
        for x in 0..FROM.0 {
            let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)).to_be_bytes()[0] / 8;
            let level = |value: u32| (value % 224) as u8 + grain;
            let alpha = if (x / 160 + y / 160) % 4 == 0 { 0 } else { 255 - grain };
            pixels.extend(&[level(x / 12), level(y / 8), level((x ^ y) / 16), alpha][..channels]);
        }
    }
    pixels
}

fn pam(channels: usize, pixels: &[u8]) -> Vec<u8> {
    let kind = if channels == 3 { "RGB" } else { "RGB_ALPHA" };
    let head =
        format!("P7\nWIDTH {}\nHEIGHT {}\nDEPTH {channels}\nMAXVAL 255\nTUPLTYPE {kind}\nENDHDR\n", FROM.0, FROM.1);
    [head.as_bytes(), pixels].concat()
}
