//! The pointer: without a display server nobody else draws one.

use crate::ui;
use slint::platform::WindowEvent;
use slint::{
    ComponentHandle, Image, LogicalPosition, Rgba8Pixel, SharedPixelBuffer, SharedString, Window,
};

/// `#` black, `.` white, the tip in the upper left corner.
const ARROW: [&str; 19] = [
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

/// Over text: it points with its middle, and leaves the letters in sight.
const BEAM: [&str; 19] = [
    "####.####",
    "#.......#",
    "####.####",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "   #.#   ",
    "####.####",
    "#.......#",
    "####.####",
];

/// Gives a window the pictures.
pub fn draw_on(component: &ui::Kiosk) {
    let state = component.global::<ui::State>();
    state.set_pointer_image(image(&ARROW));
    state.set_pointer_beam(image(&BEAM));
}

/// Moves it; `shown` where something else than a finger points.
pub fn place(component: &ui::Kiosk, position: LogicalPosition, shown: bool) {
    let state = component.global::<ui::State>();
    state.set_pointer_shown(shown);
    state.set_pointer_x(position.x);
    state.set_pointer_y(position.y);
    // A text that it is on says so while it is told.
    state.set_pointer_on_text(false);
    tell(component.window(), WindowEvent::PointerMoved { position });
}

/// Draws it no more until it is moved.
pub fn hide(component: &ui::Kiosk) {
    component.global::<ui::State>().set_pointer_shown(false);
}

/// Shift is pressed or let go, which a click may mean otherwise.
pub fn shift(component: &ui::Kiosk, down: bool) {
    let text = SharedString::from(slint::platform::Key::Shift);
    tell(
        component.window(),
        match down {
            true => WindowEvent::KeyPressed { text },
            false => WindowEvent::KeyReleased { text },
        },
    );
}

pub fn tell(window: &Window, event: WindowEvent) {
    // Slint refuses only events for a window that is not shown.
    let _ = window.dispatch_event_with_result(event);
}

fn image(picture: &[&str]) -> Image {
    let (width, height) = (picture[0].len() as u32, picture.len() as u32);
    let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(width, height);
    let pixels = picture.iter().flat_map(|line| line.bytes());
    for (pixel, sign) in buffer.make_mut_slice().iter_mut().zip(pixels) {
        *pixel = match sign {
            b'#' => Rgba8Pixel::new(0, 0, 0, 255),
            b'.' => Rgba8Pixel::new(255, 255, 255, 255),
            _ => Rgba8Pixel::new(0, 0, 0, 0),
        };
    }
    Image::from_rgba8(buffer)
}
