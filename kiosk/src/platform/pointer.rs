//! The pointer's picture: without a display server nobody else draws one.

use slint::{Image, Rgba8Pixel, SharedPixelBuffer};

/// `#` black, `.` white, the tip in the upper left corner.
const PICTURE: [&str; 19] = [
    "#           ",
    "##          ",
    "#.#         ",
    "#..#        ",
    "#...#       ",
    "#....#      ",
    "#.....#     ",
    "#......#    ",
    "#.......#   ",
    "#........#  ",
    "#.........# ",
    "#......#####",
    "#...#..#    ",
    "#..##..#    ",
    "#.#  #..#   ",
    "##   #..#   ",
    "#     #..#  ",
    "      #..#  ",
    "       ##   ",
];

pub fn image() -> Image {
    let (width, height) = (PICTURE[0].len() as u32, PICTURE.len() as u32);
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(width, height);
    let pixels = PICTURE.iter().flat_map(|line| line.bytes());
    for (pixel, sign) in buffer.make_mut_slice().iter_mut().zip(pixels) {
        *pixel = match sign {
            b'#' => Rgba8Pixel::new(0, 0, 0, 255),
            b'.' => Rgba8Pixel::new(255, 255, 255, 255),
            _ => Rgba8Pixel::new(0, 0, 0, 0),
        };
    }
    Image::from_rgba8(buffer)
}
