//! The screen: one dumb buffer of a DRM card, in the mode the connector prefers.

use super::pixel::Xrgb;
use drm::Device;
use drm::buffer::{Buffer, DrmFourcc};
use drm::control::{self, ClipRect, Device as ControlDevice, ModeTypeFlags};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::time::Duration;

struct Card(File);

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Device for Card {}
impl ControlDevice for Card {}

/// A screen that shows what was copied to it.
pub struct Screen {
    card: Card,
    pub width: u32,
    pub height: u32,
    buffer: control::dumbbuffer::DumbBuffer,
    frame: control::framebuffer::Handle,
    /// The driver copies by itself what changed and need not be told.
    needs_no_flush: bool,
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Screen {
    /// Waits until a card with a connected screen is there: firmware and kernel may take
    /// their time, and a screen may be switched on after the PC.
    pub fn wait() -> Self {
        loop {
            for number in 0..8 {
                let path = format!("/dev/dri/card{number}");
                if let Ok(screen) = Self::open(Path::new(&path)) {
                    return screen;
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn open(path: &Path) -> io::Result<Self> {
        let card = Card(File::options().read(true).write(true).open(path)?);
        // The first to open a card is its master; another's leftover is no reason to stop.
        let _ = card.acquire_master_lock();
        let resources = card.resource_handles()?;
        let connector = resources
            .connectors()
            .iter()
            .filter_map(|handle| card.get_connector(*handle, true).ok())
            .find(|c| c.state() == control::connector::State::Connected && !c.modes().is_empty())
            .ok_or(io::ErrorKind::NotFound)?;
        let mode = connector
            .modes()
            .iter()
            .find(|mode| mode.mode_type().contains(ModeTypeFlags::PREFERRED))
            .or(connector.modes().first())
            .copied()
            .ok_or(io::ErrorKind::NotFound)?;
        let crtc = connector
            .encoders()
            .iter()
            .filter_map(|handle| card.get_encoder(*handle).ok())
            .find_map(|encoder| {
                let possible = resources.filter_crtcs(encoder.possible_crtcs());
                encoder.crtc().or(possible.first().copied())
            })
            .ok_or(io::ErrorKind::NotFound)?;
        let (width, height) = mode.size();
        let (width, height) = (u32::from(width), u32::from(height));
        let buffer = card.create_dumb_buffer((width, height), DrmFourcc::Xrgb8888, 32)?;
        let frame = card.add_framebuffer(&buffer, 24, 32)?;
        card.set_crtc(crtc, Some(frame), (0, 0), &[connector.handle()], Some(mode))?;
        Ok(Self {
            card,
            width,
            height,
            buffer,
            frame,
            needs_no_flush: false,
        })
    }

    /// Copies these areas of `picture`, whose lines are as wide as the screen.
    pub fn show(&mut self, picture: &[Xrgb], areas: &[Area]) -> io::Result<()> {
        let pitch = self.buffer.pitch() as usize;
        let width = self.width as usize;
        let mut mapping = self.card.map_dumb_buffer(&mut self.buffer)?;
        for area in areas {
            for line in area.y as usize..(area.y + area.height) as usize {
                let from = line * width + area.x as usize;
                let to = line * pitch + area.x as usize * 4;
                let pixels = &picture[from..from + area.width as usize];
                let bytes = &mut mapping[to..to + area.width as usize * 4];
                for (bytes, pixel) in bytes.chunks_exact_mut(4).zip(pixels) {
                    bytes.copy_from_slice(&pixel.0.to_le_bytes());
                }
            }
        }
        drop(mapping);
        if self.needs_no_flush {
            return Ok(());
        }
        let clips: Vec<ClipRect> = areas
            .iter()
            .map(|a| {
                ClipRect::new(
                    a.x as u16,
                    a.y as u16,
                    (a.x + a.width) as u16,
                    (a.y + a.height) as u16,
                )
            })
            .collect();
        match self.card.dirty_framebuffer(self.frame, &clips) {
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NOSYS.raw_os_error()) => {
                self.needs_no_flush = true;
                Ok(())
            }
            other => other,
        }
    }
}
