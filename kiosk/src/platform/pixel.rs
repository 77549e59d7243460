//! A pixel of the screen's own format, so that drawing needs no conversion.

use bytemuck::{Pod, Zeroable};
use slint::platform::software_renderer::{PremultipliedRgbaColor, TargetPixel};

/// `0xXXRRGGBB`: DRM's XRGB8888 on a little-endian machine.
#[repr(transparent)]
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Pod, Zeroable)]
pub struct Xrgb(pub u32);

impl Xrgb {
    pub const fn rgb(self) -> [u8; 3] {
        [(self.0 >> 16) as u8, (self.0 >> 8) as u8, self.0 as u8]
    }
}

impl TargetPixel for Xrgb {
    fn blend(&mut self, color: PremultipliedRgbaColor) {
        let rest = 255 - u32::from(color.alpha);
        let mix = |shift: u32, add: u8| {
            let old = self.0 >> shift & 0xff;
            ((old * rest + 127) / 255 + u32::from(add)).min(255) << shift
        };
        self.0 = mix(16, color.red) | mix(8, color.green) | mix(0, color.blue);
    }

    fn from_rgb(red: u8, green: u8, blue: u8) -> Self {
        Self(u32::from(red) << 16 | u32::from(green) << 8 | u32::from(blue))
    }
}
