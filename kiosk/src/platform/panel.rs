//! How the picture stands on the screens that are there: its size, its scale, its rotation,
//! which screens show it. Pure; `drm` asks the kernel.

use protocol::settings::{Display, Rotation, Scale};

/// The smallest picture that every layout fits into, in logical pixels.
pub const SMALLEST: (u32, u32) = (1024, 768);
/// What 100 % is made for, in dots an inch.
const USUAL_DPI: f32 = 96.0;
const MM_PER_INCH: f32 = 25.4;
/// Below this, in percent, nothing can be read.
const TINIEST: u16 = 50;
/// The steps of [`Scale::Auto`], in percent.
const STEPS: [u16; 7] = [100, 125, 150, 175, 200, 250, 300];

/// Width and height, pixels or millimetres.
pub type Size = (u32, u32);

/// A screen that is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Pixels; what the screen prefers comes first.
    pub modes: Vec<Size>,
    /// Millimetres, where its EDID tells.
    pub size: Option<Size>,
}

/// A screen and how it shows the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which of the outputs, and which of its modes.
    pub output: usize,
    pub mode: usize,
    /// Where the picture's upper left corner is: smaller ones stand in the middle.
    pub at: Size,
}

/// The picture on all chosen screens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Of the picture as the panel is built, before it is turned.
    pub size: Size,
    /// Of the first screen that shows it.
    pub millimetres: Option<Size>,
    pub shown: Vec<Shown>,
}

/// Chooses screens and modes. Several screens show the same picture: the largest that all
/// of them have a mode for, else the largest that fits into each one's own mode.
///
/// A screen that was chosen and is not there any more leaves the first one: nobody must be
/// left in the dark by a setting.
pub fn plan(outputs: &[Output], display: Display) -> Plan {
    let usable = outputs.iter().enumerate();
    let usable: Vec<(usize, &Output)> = usable.filter(|(_, o)| !o.modes.is_empty()).collect();
    let wanted = match display {
        Display::All => None,
        Display::First => Some(0),
        Display::Second => Some(1),
        Display::Third => Some(2),
    };
    let chosen = match wanted {
        None => &usable[..],
        Some(nth) => usable
            .get(nth..=nth)
            .or(usable.get(..1))
            .unwrap_or_default(),
    };
    let Some((_, first)) = chosen.first() else {
        return Plan::default();
    };
    let common = first
        .modes
        .iter()
        .copied()
        .filter(|mode| chosen.iter().all(|(_, o)| o.modes.contains(mode)))
        .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height));
    let size = match chosen {
        // A single screen knows best.
        [(_, only)] => only.modes[0],
        several => common.unwrap_or_else(|| {
            let own = several.iter().map(|(_, o)| o.modes[0]);
            own.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)))
                .unwrap_or_default()
        }),
    };
    let shown = chosen.iter().map(|(index, output)| {
        let mode = output.modes.iter().position(|mode| *mode == size);
        let mode = mode.unwrap_or(0);
        let (width, height) = output.modes[mode];
        Shown {
            output: *index,
            mode,
            at: (
                width.saturating_sub(size.0) / 2,
                height.saturating_sub(size.1) / 2,
            ),
        }
    });
    Plan {
        size,
        millimetres: first.size,
        shown: shown.collect(),
    }
}

/// How large everything is drawn on a picture of `size` pixels (as it stands), in percent.
///
/// A scale that would leave less than [`SMALLEST`] becomes the largest that does not, under
/// 100 % on a screen that is smaller itself, so that no setting makes a screen unusable.
pub fn percent(wanted: Scale, size: Size, millimetres: Option<Size>) -> u16 {
    let most = (size.0 as f32 / SMALLEST.0 as f32).min(size.1 as f32 / SMALLEST.1 as f32) * 100.0;
    let fits = |step: &u16| f32::from(*step) <= most;
    let wanted = wanted
        .percent()
        .unwrap_or_else(|| automatic(size, millimetres));
    let largest = STEPS.into_iter().filter(fits).max();
    let largest = largest.unwrap_or((most as u16).max(TINIEST));
    wanted.min(largest)
}

fn automatic(size: Size, millimetres: Option<Size>) -> u16 {
    match millimetres.and_then(|mm| dots_per_inch(size, mm)) {
        // The step below: what is slightly small can be read, what is cut cannot.
        Some(dpi) => {
            let exact = dpi / USUAL_DPI * 100.0;
            let below = STEPS.into_iter().filter(|step| f32::from(*step) <= exact);
            below.max().unwrap_or(100)
        }
        None => match size.0.min(size.1) {
            2160.. => 200,
            1600.. => 150,
            1440.. => 125,
            _ => 100,
        },
    }
}

/// Nothing where the size is none of a screen: projectors say 0, televisions say their
/// aspect ratio (160 × 90), and some say anything.
fn dots_per_inch(size: Size, mm: Size) -> Option<f32> {
    let across = |(a, b): Size| (a as f32).hypot(b as f32);
    let inches = across(mm) / MM_PER_INCH;
    let aspect = |(a, b): Size| a.max(b) as f32 / a.min(b).max(1) as f32;
    let honest = (7.0..80.0).contains(&inches)
        && mm != (160, 90)
        && (aspect(size) / aspect(mm) - 1.0).abs() < 0.1;
    honest.then(|| across(size) / inches)
}

/// Width and height of the picture as it stands.
pub fn turned(size: Size, rotation: Rotation) -> Size {
    if rotation.is_upright() {
        (size.1, size.0)
    } else {
        size
    }
}

/// A place on the panel (parts of its width and height) as a place of the picture.
pub fn onto_picture((x, y): (f32, f32), rotation: Rotation) -> (f32, f32) {
    match rotation {
        Rotation::None => (x, y),
        Rotation::Quarter => (y, 1.0 - x),
        Rotation::Half => (1.0 - x, 1.0 - y),
        Rotation::ThreeQuarters => (1.0 - y, x),
    }
}

/// A way on the panel as a way in the picture, both in parts.
pub fn way_onto_picture((x, y): (f32, f32), rotation: Rotation) -> (f32, f32) {
    match rotation {
        Rotation::None => (x, y),
        Rotation::Quarter => (y, -x),
        Rotation::Half => (-x, -y),
        Rotation::ThreeQuarters => (-y, x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(modes: &[Size]) -> Output {
        Output {
            modes: modes.to_vec(),
            size: None,
        }
    }

    const FULL_HD: Size = (1920, 1080);
    const FOUR_K: Size = (3840, 2160);

    #[test]
    fn a_single_screen_shows_the_mode_it_prefers() {
        let plan = plan(&[output(&[FULL_HD, FOUR_K])], Display::All);
        assert_eq!(plan.size, FULL_HD);
        let whole = Shown {
            output: 0,
            mode: 0,
            at: (0, 0),
        };
        assert_eq!(plan.shown, [whole]);
    }

    #[test]
    fn two_screens_show_the_largest_picture_both_have_a_mode_for() {
        let laptop = output(&[FULL_HD, (1280, 720)]);
        let monitor = output(&[FOUR_K, FULL_HD, (1280, 720)]);
        let plan = plan(&[laptop, monitor], Display::All);
        assert_eq!(plan.size, FULL_HD);
        let modes: Vec<usize> = plan.shown.iter().map(|shown| shown.mode).collect();
        assert_eq!(modes, [0, 1]);
    }

    #[test]
    fn without_a_common_mode_the_smaller_picture_stands_in_the_middle() {
        let outputs = [output(&[(1366, 768)]), output(&[FULL_HD])];
        let plan = plan(&outputs, Display::All);
        assert_eq!(plan.size, (1366, 768));
        assert_eq!(plan.shown[1].at, ((1920 - 1366) / 2, (1080 - 768) / 2));
    }

    #[test]
    fn the_chosen_screen_shows_it_alone_and_the_first_if_the_chosen_one_is_gone() {
        let outputs = [output(&[FULL_HD]), output(&[]), output(&[FOUR_K])];
        let chosen = plan(&outputs, Display::Second);
        assert_eq!((chosen.size, chosen.shown[0].output), (FOUR_K, 2));
        let gone = plan(&outputs, Display::Third);
        assert_eq!((gone.size, gone.shown[0].output), (FULL_HD, 0));
    }

    #[test]
    fn without_any_screen_there_is_nothing_to_show() {
        assert_eq!(plan(&[], Display::All), Plan::default());
        assert_eq!(plan(&[output(&[])], Display::First), Plan::default());
    }

    #[test]
    fn the_scale_follows_the_size_of_the_panel() {
        for (size, mm, expected) in [
            // 24 inch, 27 inch at 4K, 13 inch laptop at 2560 × 1600, 43 inch at 4K.
            (FULL_HD, (531, 299), 100),
            (FOUR_K, (597, 336), 150),
            ((2560, 1600), (286, 179), 200),
            (FOUR_K, (941, 529), 100),
            // 14 inch: 150 % would leave 720 lines.
            (FULL_HD, (309, 174), 125),
        ] {
            assert_eq!(
                percent(Scale::Auto, size, Some(mm)),
                expected,
                "{size:?} {mm:?}"
            );
        }
    }

    #[test]
    fn without_a_size_or_with_one_that_lies_the_resolution_decides() {
        for mm in [None, Some((0, 0)), Some((160, 90)), Some((500, 500))] {
            for (size, expected) in [
                ((1024, 768), 100),
                ((1280, 800), 100),
                (FULL_HD, 100),
                ((2560, 1440), 125),
                (FOUR_K, 200),
            ] {
                assert_eq!(percent(Scale::Auto, size, mm), expected, "{size:?} {mm:?}");
            }
        }
    }

    #[test]
    fn no_scale_leaves_less_than_every_layout_needs() {
        let small = [(1024, 768), (768, 1024), (800, 600), (1280, 800)];
        for scale in Scale::ALL {
            for size in small.into_iter().chain([FULL_HD, (1080, 1920), FOUR_K]) {
                let percent = u32::from(percent(scale, size, Some((200, 112))));
                assert!(size.0 * 100 / percent >= SMALLEST.0, "{scale:?} {size:?}");
                assert!(size.1 * 100 / percent >= SMALLEST.1, "{scale:?} {size:?}");
            }
        }
        assert_eq!(percent(Scale::Percent300, FOUR_K, None), 250);
        assert_eq!(percent(Scale::Percent200, (800, 600), None), 78);
        assert_eq!(percent(Scale::Auto, (320, 200), None), TINIEST);
    }

    #[test]
    fn the_corners_of_a_turned_panel_are_the_corners_of_the_picture() {
        // Where the panel's upper left corner is in the picture.
        for (rotation, corner) in [
            (Rotation::None, (0.0, 0.0)),
            (Rotation::Quarter, (0.0, 1.0)),
            (Rotation::Half, (1.0, 1.0)),
            (Rotation::ThreeQuarters, (1.0, 0.0)),
        ] {
            assert_eq!(onto_picture((0.0, 0.0), rotation), corner, "{rotation:?}");
        }
    }

    #[test]
    fn a_way_is_the_difference_of_two_places() {
        for rotation in Rotation::ALL {
            let (from, to) = ((0.25, 0.5), (0.75, 0.625));
            let (a, b) = (onto_picture(from, rotation), onto_picture(to, rotation));
            let way = way_onto_picture((to.0 - from.0, to.1 - from.1), rotation);
            assert_eq!(way, (b.0 - a.0, b.1 - a.1), "{rotation:?}");
        }
    }
}
