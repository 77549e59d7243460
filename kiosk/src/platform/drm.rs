//! The screens: a dumb buffer for each, filled with the one picture of the kiosk. On the stick
//! there is one, and the picture is drawn in its buffer.
//!
//! Screens that come and go are seen by looking at the connectors again: without netlink
//! nobody tells. The stick's kernel has the firmware's framebuffer alone (simpledrm), which
//! is one screen, the same until power off; whether the firmware shows it on several
//! monitors is the firmware's affair.

use super::frame::{Area, copy, part_on};
use super::panel::{self, Output, Plan, Shown, Size};
use super::pixel::Xrgb;
use drm::Device;
use drm::buffer::{Buffer, DrmFourcc};
use drm::control::connector::{Info as Connector, Interface, State};
use drm::control::dumbbuffer::DumbBuffer;
use drm::control::{self, ClipRect, Device as ControlDevice, Mode, ModeTypeFlags};
use protocol::settings::Display;
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

/// A connected screen.
struct Connected {
    connector: Connector,
    /// In the order of [`Output::modes`].
    modes: Vec<Mode>,
}

/// A screen that shows the picture.
struct Lit {
    width: usize,
    height: usize,
    /// Where the picture stands.
    at: (usize, usize),
    buffer: DumbBuffer,
    frame: control::framebuffer::Handle,
    crtc: control::crtc::Handle,
}

/// All screens of one card.
pub struct Screens {
    card: Card,
    display: Display,
    outputs: Vec<Output>,
    plan: Plan,
    lit: Vec<Lit>,
    /// The driver copies by itself what changed and need not be told.
    needs_no_flush: bool,
    /// The picture is drawn in the one screen's own buffer. This is so with simpledrm: its
    /// buffers are ordinary cached memory (drm_gem_shmem_helper.c without `map_wc`), which is
    /// fast to read while blending, and nothing of them is seen until the driver is told. Other
    /// drivers' buffers may be shown while they are drawn and slow to read.
    drawn_in_place: bool,
    /// The picture, where it is not drawn in place; else empty.
    picture: Vec<Xrgb>,
}

impl Screens {
    /// Waits until a card with a connected screen is there: firmware and kernel may take
    /// their time, and a screen may be switched on after the PC.
    pub fn wait() -> Self {
        loop {
            for number in 0..8 {
                let path = format!("/dev/dri/card{number}");
                if let Ok(screens) = Self::open(Path::new(&path)) {
                    return screens;
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn open(path: &Path) -> io::Result<Self> {
        let card = Card(File::options().read(true).write(true).open(path)?);
        // The first to open a card is its master; another's leftover is no reason to stop.
        let _ = card.acquire_master_lock();
        let mut screens = Self {
            card,
            display: Display::All,
            outputs: Vec::new(),
            plan: Plan::default(),
            lit: Vec::new(),
            needs_no_flush: false,
            drawn_in_place: false,
            picture: Vec::new(),
        };
        let connected = screens.connected(true)?;
        screens.light(&connected)?;
        Ok(screens)
    }

    /// Pixels of the picture, as the panel is built.
    pub fn size(&self) -> Size {
        self.plan.size
    }

    pub fn millimetres(&self) -> Option<Size> {
        self.plan.millimetres
    }

    /// How many screens are connected.
    pub fn count(&self) -> usize {
        self.outputs.len()
    }

    /// Whether screens can come and go: the firmware's framebuffer has one for good.
    pub fn can_change(&self) -> bool {
        self.card.resource_handles().is_ok_and(|resources| {
            resources.connectors().len() > 1
                || self.connected(false).is_ok_and(|all| {
                    all.iter()
                        .any(|c| c.connector.interface() != Interface::Unknown)
                })
        })
    }

    /// Looks at the connectors again, and shows the picture on the screens of `display`.
    /// Gives back whether anything is different, so that all has to be drawn anew.
    ///
    /// # Errors
    /// Where no screen can show anything now. One may be plugged in again.
    pub fn look(&mut self, display: Display) -> io::Result<bool> {
        // What the kernel noticed by itself: probing every time would cost a moment each.
        let connected = self.connected(false)?;
        let outputs: Vec<Output> = connected.iter().map(Connected::output).collect();
        if outputs == self.outputs && display == self.display {
            return Ok(false);
        }
        self.display = display;
        self.light(&connected)?;
        Ok(true)
    }

    fn connected(&self, probe: bool) -> io::Result<Vec<Connected>> {
        let resources = self.card.resource_handles()?;
        let found = resources
            .connectors()
            .iter()
            .filter_map(|handle| self.card.get_connector(*handle, probe).ok())
            .filter(|connector| connector.state() == State::Connected)
            .map(Connected::new)
            .filter(|connected| !connected.modes.is_empty());
        Ok(found.collect())
    }

    /// Sets a mode on every screen of the plan, the picture black at first.
    fn light(&mut self, connected: &[Connected]) -> io::Result<()> {
        let outputs: Vec<Output> = connected.iter().map(Connected::output).collect();
        let plan = panel::plan(&outputs, self.display);
        self.darken();
        let resources = self.card.resource_handles()?;
        let mut taken = Vec::new();
        for shown in &plan.shown {
            let screen = &connected[shown.output];
            let free = screen
                .connector
                .encoders()
                .iter()
                .filter_map(|handle| self.card.get_encoder(*handle).ok())
                .flat_map(|encoder| {
                    let possible = resources.filter_crtcs(encoder.possible_crtcs());
                    encoder.crtc().into_iter().chain(possible)
                })
                .find(|crtc| !taken.contains(crtc));
            // A card may have more connectors than pictures at a time.
            let Some(crtc) = free else { continue };
            if let Ok(lit) = self.light_one(screen, shown, crtc) {
                taken.push(crtc);
                self.lit.push(lit);
            }
        }
        self.outputs = outputs;
        if self.lit.is_empty() {
            // The picture keeps its size until there is a screen again.
            return Err(io::ErrorKind::NotFound.into());
        }
        self.plan = plan;
        self.drawn_in_place = self.can_draw_in_place();
        let (width, height) = self.plan.size;
        let pixels = match self.drawn_in_place {
            true => 0,
            false => width as usize * height as usize,
        };
        self.picture = vec![Xrgb::default(); pixels];
        Ok(())
    }

    fn can_draw_in_place(&self) -> bool {
        let simple = self.card.get_driver();
        let simple = simple.is_ok_and(|driver| driver.name() == "simpledrm");
        let (width, height) = self.plan.size;
        let whole = |lit: &Lit| {
            lit.at == (0, 0)
                && (lit.width, lit.height) == (width as usize, height as usize)
                && (lit.buffer.pitch() as usize).is_multiple_of(size_of::<Xrgb>())
        };
        simple && self.lit.len() == 1 && self.lit.iter().all(whole)
    }

    fn light_one(
        &self,
        screen: &Connected,
        shown: &Shown,
        crtc: control::crtc::Handle,
    ) -> io::Result<Lit> {
        let mode = screen.modes[shown.mode];
        let (width, height) = size(&mode);
        let buffer = self
            .card
            .create_dumb_buffer((width, height), DrmFourcc::Xrgb8888, 32)?;
        let frame = self.card.add_framebuffer(&buffer, 24, 32)?;
        let connector = [screen.connector.handle()];
        self.card
            .set_crtc(crtc, Some(frame), (0, 0), &connector, Some(mode))?;
        Ok(Lit {
            width: width as usize,
            height: height as usize,
            at: (shown.at.0 as usize, shown.at.1 as usize),
            buffer,
            frame,
            crtc,
        })
    }

    fn darken(&mut self) {
        for lit in self.lit.drain(..) {
            // A screen that is gone takes its picture along.
            let _ = self.card.set_crtc(lit.crtc, None, (0, 0), &[], None);
            let _ = self.card.destroy_framebuffer(lit.frame);
            let _ = self.card.destroy_dumb_buffer(lit.buffer);
        }
    }

    /// Shows what `draw` draws into a picture of [`Screens::size`], given its pixels and the
    /// length of a line; `draw` says which areas it drew. The pixels are those it drew before.
    pub fn show(&mut self, draw: impl FnOnce(&mut [Xrgb], usize) -> Vec<Area>) -> io::Result<()> {
        if self.drawn_in_place {
            return self.show_in_place(draw);
        }
        let width = self.plan.size.0 as usize;
        let areas = draw(&mut self.picture, width);
        if areas.is_empty() {
            return Ok(());
        }
        for lit in &mut self.lit {
            let pitch = lit.buffer.pitch() as usize;
            let mut mapping = self.card.map_dumb_buffer(&mut lit.buffer)?;
            let mut parts = Vec::new();
            for area in &areas {
                if let Some(part) = part_on(area, lit.at, (lit.width, lit.height)) {
                    copy(&self.picture, width, area, &mut mapping, pitch, &part);
                    parts.push(part);
                }
            }
            drop(mapping);
            flush(&self.card, &mut self.needs_no_flush, lit.frame, &parts)?;
        }
        Ok(())
    }

    fn show_in_place(
        &mut self,
        draw: impl FnOnce(&mut [Xrgb], usize) -> Vec<Area>,
    ) -> io::Result<()> {
        let Some(lit) = self.lit.first_mut() else {
            // With the next screen all is drawn anew.
            return Ok(());
        };
        let stride = lit.buffer.pitch() as usize / size_of::<Xrgb>();
        let mut mapping = self.card.map_dumb_buffer(&mut lit.buffer)?;
        let areas = draw(bytemuck::cast_slice_mut(&mut mapping), stride);
        drop(mapping);
        if areas.is_empty() {
            return Ok(());
        }
        flush(&self.card, &mut self.needs_no_flush, lit.frame, &areas)
    }
}

/// Tells the driver that these parts of a screen's buffer changed.
fn flush(
    card: &Card,
    needs_none: &mut bool,
    frame: control::framebuffer::Handle,
    parts: &[Area],
) -> io::Result<()> {
    if *needs_none {
        return Ok(());
    }
    let clip = |part: &Area| {
        let (right, bottom) = (part.x + part.width, part.y + part.height);
        ClipRect::new(part.x as u16, part.y as u16, right as u16, bottom as u16)
    };
    let clips: Vec<ClipRect> = parts.iter().map(clip).collect();
    match card.dirty_framebuffer(frame, &clips) {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NOSYS.raw_os_error()) => {
            *needs_none = true;
            Ok(())
        }
        other => other,
    }
}

impl Connected {
    fn new(connector: Connector) -> Self {
        let mut modes: Vec<Mode> = connector.modes().to_vec();
        // Stable: otherwise the driver's order, which is by size.
        modes.sort_by_key(|mode| !mode.mode_type().contains(ModeTypeFlags::PREFERRED));
        Self { connector, modes }
    }

    fn output(&self) -> Output {
        // simpledrm makes a size up from the resolution, at 96 dots an inch.
        let known = self.connector.interface() != Interface::Unknown;
        Output {
            modes: self.modes.iter().map(size).collect(),
            size: self.connector.size().filter(|_| known),
        }
    }
}

fn size(mode: &Mode) -> Size {
    let (width, height) = mode.size();
    (width.into(), height.into())
}
