//! From the picture to a screen's buffer: which pixels, and copying them.

use super::pixel::Xrgb;

/// A rectangle of pixels of the picture.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// Where an area of the picture is on a screen, as far as it fits.
pub fn part_on(area: &Area, at: (usize, usize), size: (usize, usize)) -> Option<Area> {
    let (x, y) = (area.x as usize + at.0, area.y as usize + at.1);
    let width = (area.width as usize).min(size.0.checked_sub(x)?);
    let height = (area.height as usize).min(size.1.checked_sub(y)?);
    (width > 0 && height > 0).then_some(Area {
        x: x as u32,
        y: y as u32,
        width: width as u32,
        height: height as u32,
    })
}

/// Copies the pixels of `area` to `part`, as [`part_on`] gave it, of a buffer with lines of `pitch` bytes.
pub fn copy(
    picture: &[Xrgb],
    width: usize,
    area: &Area,
    buffer: &mut [u8],
    pitch: usize,
    part: &Area,
) {
    for line in 0..part.height as usize {
        let from = (area.y as usize + line) * width + area.x as usize;
        let to = (part.y as usize + line) * pitch + part.x as usize * 4;
        let pixels = &picture[from..from + part.width as usize];
        let bytes = &mut buffer[to..to + part.width as usize * 4];
        for (bytes, pixel) in bytes.chunks_exact_mut(4).zip(pixels) {
            bytes.copy_from_slice(&pixel.0.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 4 × 3 pixels, numbered from 1.
    fn picture() -> Vec<Xrgb> {
        (1..=12).map(Xrgb).collect()
    }

    /// Shows an area on a screen of 6 × 4 pixels with lines of 7.
    fn shown(area: Area, at: (usize, usize)) -> Vec<u32> {
        let (width, height, pitch) = (6, 4, 7 * 4);
        let mut buffer = vec![0; pitch * height];
        if let Some(part) = part_on(&area, at, (width, height)) {
            copy(&picture(), 4, &area, &mut buffer, pitch, &part);
        }
        let (pixels, _) = buffer.as_chunks::<4>();
        pixels.iter().map(|p| u32::from_le_bytes(*p)).collect()
    }

    fn area(x: u32, y: u32, width: u32, height: u32) -> Area {
        Area {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn an_area_lands_where_the_picture_stands_and_nothing_else_changes() {
        let pixels = shown(area(1, 1, 2, 2), (1, 1));
        let mut expected = vec![0; 28];
        expected[2 * 7 + 2..][..2].copy_from_slice(&[6, 7]);
        expected[3 * 7 + 2..][..2].copy_from_slice(&[10, 11]);
        assert_eq!(pixels, expected);
    }

    #[test]
    fn what_is_beyond_a_smaller_screen_is_left_out() {
        let pixels = shown(area(0, 0, 4, 3), (4, 2));
        let mut expected = vec![0; 28];
        expected[2 * 7 + 4..][..2].copy_from_slice(&[1, 2]);
        expected[3 * 7 + 4..][..2].copy_from_slice(&[5, 6]);
        assert_eq!(pixels, expected);
        assert!(shown(area(0, 0, 4, 3), (6, 0)).iter().all(|p| *p == 0));
        assert!(shown(area(3, 2, 1, 1), (0, 9)).iter().all(|p| *p == 0));
    }
}
