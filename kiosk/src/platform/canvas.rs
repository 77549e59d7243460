//! The picture: Slint's software renderer at a scale and a rotation, and which parts of it
//! changed. Whoever shows it keeps its pixels: the stick on a screen, tests in memory.

use super::frame::Area;
use super::panel::{self, Size};
use super::pixel::Xrgb;
use protocol::settings::{Rotation, Settings};
use slint::platform::WindowEvent;
use slint::platform::software_renderer::{
    MinimalSoftwareWindow, RenderingRotation, RepaintBufferType,
};
use slint::{LogicalPosition, LogicalSize, PhysicalSize};
use std::rc::Rc;

pub struct Canvas {
    window: Rc<MinimalSoftwareWindow>,
    /// As the panel is built.
    size: Size,
    rotation: Rotation,
    percent: u16,
    /// Nothing of the picture is on the screens yet.
    fresh: bool,
}

impl Canvas {
    /// A canvas without a size: [`Canvas::arrange`] gives it one.
    pub fn new(window: Rc<MinimalSoftwareWindow>) -> Self {
        Self {
            window,
            size: (0, 0),
            rotation: Rotation::None,
            percent: 100,
            fresh: true,
        }
    }

    /// Makes it fit a panel of `size` pixels and `millimetres`, as the settings want it;
    /// everything will be drawn anew.
    pub fn arrange(&mut self, size: Size, millimetres: Option<Size>, settings: Settings) {
        self.rotation = settings.rotation;
        let stands = panel::turned(size, self.rotation);
        let millimetres = millimetres.map(|mm| panel::turned(mm, self.rotation));
        self.percent = panel::percent(settings.scale, stands, millimetres);
        self.size = size;
        let event = WindowEvent::ScaleFactorChanged {
            scale_factor: self.scale(),
        };
        let _ = self.window.dispatch_event_with_result(event);
        self.window.set_size(PhysicalSize::new(stands.0, stands.1));
        self.redraw();
    }

    /// Everything is drawn anew: the screens show none of it.
    pub fn redraw(&mut self) {
        self.fresh = true;
        self.window.request_redraw();
    }

    /// Draws what changed into `pixels`, whose lines are `stride` long and which nobody else
    /// writes; gives back which parts of them that are.
    pub fn draw(&mut self, pixels: &mut [Xrgb], stride: usize) -> Vec<Area> {
        let rotation = match self.rotation {
            Rotation::None => RenderingRotation::NoRotation,
            Rotation::Quarter => RenderingRotation::Rotate90,
            Rotation::Half => RenderingRotation::Rotate180,
            Rotation::ThreeQuarters => RenderingRotation::Rotate270,
        };
        let fresh = &mut self.fresh;
        let mut areas = Vec::new();
        self.window.draw_if_needed(|renderer| {
            renderer.set_rendering_rotation(rotation);
            if std::mem::take(fresh) {
                // Going there and back forgets what was drawn before.
                renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
                renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
            }
            let region = renderer.render(pixels, stride);
            areas.extend(region.iter().map(|(at, size)| Area {
                x: at.x.max(0) as u32,
                y: at.y.max(0) as u32,
                width: size.width,
                height: size.height,
            }));
        });
        areas.retain(|area| area.width > 0 && area.height > 0);
        areas
    }

    /// Pixels of the panel.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Pixels of the picture as it stands.
    pub fn stands(&self) -> Size {
        panel::turned(self.size, self.rotation)
    }

    pub fn percent(&self) -> u16 {
        self.percent
    }

    /// What Slint measures in.
    pub fn logical(&self) -> LogicalSize {
        let (width, height) = self.stands();
        LogicalSize::new(width as f32 / self.scale(), height as f32 / self.scale())
    }

    /// A place on the panel, in parts of its width and height, in logical pixels.
    pub fn place(&self, x: f32, y: f32) -> LogicalPosition {
        let (x, y) = panel::onto_picture((x, y), self.rotation);
        let size = self.logical();
        LogicalPosition::new(x * size.width, y * size.height)
    }

    /// How far down a way on the panel, in parts, goes in logical pixels.
    pub fn down(&self, x: f32, y: f32) -> f32 {
        panel::way_onto_picture((x, y), self.rotation).1 * self.logical().height
    }

    fn scale(&self) -> f32 {
        f32::from(self.percent) / 100.0
    }
}
