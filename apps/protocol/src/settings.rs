//! How screen and keyboard are set on this stick: known before anybody has logged in, so
//! it stands outside the vault, in a file of the boot partition that anyone can read.
//!
//! Nothing but values of closed enums: the file says nothing about people, and whoever
//! changes it can only choose what the clerk sees chosen on the screen. A file that is
//! missing, cut or not ours means [`Settings::default`].
//!
//! The file is [`FILE`] in the root folder, two records of one sector each. A change
//! overwrites the older record in place, so that a cut leaves at least one whole record,
//! and neither the file's size nor a FAT ever changes. A record is lines of ASCII:
//!
//! ```text
//! kuramori/settings/v1
//! serial 0000000007
//! keyboard jis
//! language ja
//! scale auto
//! rotation 0
//! display all
//! check 6a09e667
//! ```
//!
//! filled with spaces and one line feed to [`RECORD`] bytes. The check is the CRC-32 of
//! the lines above it: it tells a torn write, not a forger.

use codes::Language;
use serde::{Deserialize, Serialize};

/// The file's name in the root folder of the boot partition.
pub const FILE: &str = "KURAMORI.SET";
/// One record: one sector, which a device writes whole or not at all.
pub const RECORD: usize = 512;
/// The whole file.
pub const FILE_BYTES: usize = 2 * RECORD;

const HEADING: &str = "kuramori/settings/v1";

/// A closed set of values, each with the word the file has for it.
trait Word: Copy + PartialEq + 'static {
    const KEY: &'static str;
    const ALL: &'static [(Self, &'static str)];

    fn word(self) -> &'static str {
        let named = Self::ALL.iter().find(|(value, _)| *value == self);
        named.map_or("", |(_, word)| word)
    }

    fn read(line: Option<&str>) -> Option<Self> {
        let word = line?.strip_prefix(Self::KEY)?.strip_prefix(' ')?;
        let named = Self::ALL.iter().find(|(_, own)| *own == word);
        named.map(|(value, _)| *value)
    }
}

macro_rules! words {
    ($kind:ty, $key:literal, $($value:path => $word:literal),+ $(,)?) => {
        impl Word for $kind {
            const KEY: &'static str = $key;
            const ALL: &'static [(Self, &'static str)] = &[$(($value, $word)),+];
        }
    };
}

/// Which characters the keys of a keyboard have printed on them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// OADG 109A, and the 106 keys it grew from.
    #[default]
    Jis,
    /// 101 or 104 keys.
    Us,
    /// 102 or 105 keys, the United Kingdom's.
    Uk,
}

impl Layout {
    pub const ALL: [Self; 3] = [Self::Jis, Self::Us, Self::Uk];
}

words!(Layout, "keyboard", Layout::Jis => "jis", Layout::Us => "us", Layout::Uk => "uk");
words!(Language, "language", Language::Japanese => "ja", Language::English => "en");

/// How much bigger than its smallest everything is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// By the screen's size and resolution.
    #[default]
    Auto,
    Percent100,
    Percent125,
    Percent150,
    Percent200,
    Percent300,
}

impl Scale {
    pub const ALL: [Self; 6] = [
        Self::Auto,
        Self::Percent100,
        Self::Percent125,
        Self::Percent150,
        Self::Percent200,
        Self::Percent300,
    ];

    /// In percent; `None` for [`Scale::Auto`].
    pub const fn percent(self) -> Option<u16> {
        match self {
            Self::Auto => None,
            Self::Percent100 => Some(100),
            Self::Percent125 => Some(125),
            Self::Percent150 => Some(150),
            Self::Percent200 => Some(200),
            Self::Percent300 => Some(300),
        }
    }
}

words!(
    Scale, "scale",
    Scale::Auto => "auto",
    Scale::Percent100 => "100",
    Scale::Percent125 => "125",
    Scale::Percent150 => "150",
    Scale::Percent200 => "200",
    Scale::Percent300 => "300",
);

/// By how much the picture is turned clockwise, for a screen that stands on its side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotation {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    pub const ALL: [Self; 4] = [Self::None, Self::Quarter, Self::Half, Self::ThreeQuarters];

    /// Whether width and height change places.
    pub const fn is_upright(self) -> bool {
        matches!(self, Self::Quarter | Self::ThreeQuarters)
    }
}

words!(
    Rotation, "rotation",
    Rotation::None => "0",
    Rotation::Quarter => "90",
    Rotation::Half => "180",
    Rotation::ThreeQuarters => "270",
);

/// Where the kiosk is seen, of several screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Display {
    #[default]
    All,
    /// The first of those that are connected, in the kernel's order.
    First,
    Second,
    Third,
}

impl Display {
    pub const ALL: [Self; 4] = [Self::All, Self::First, Self::Second, Self::Third];
}

words!(
    Display, "display",
    Display::All => "all",
    Display::First => "1",
    Display::Second => "2",
    Display::Third => "3",
);

/// All of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub keyboard: Layout,
    pub language: Language,
    pub scale: Scale,
    pub rotation: Rotation,
    pub display: Display,
}

/// One record and how new it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kept {
    serial: u32,
    settings: Settings,
}

impl Settings {
    /// The file of a stick that nobody has set.
    pub fn fresh_file() -> [u8; FILE_BYTES] {
        let mut file = [0; FILE_BYTES];
        let record = Kept {
            serial: 0,
            settings: Self::default(),
        }
        .record();
        for half in file.as_chunks_mut::<RECORD>().0 {
            *half = record;
        }
        file
    }

    /// What a file says: its newest whole record, else the defaults.
    ///
    /// ```
    /// use protocol::settings::{Layout, Settings};
    /// let mut file = Settings::fresh_file();
    /// let us = Settings { keyboard: Layout::Us, ..Settings::default() };
    /// let (at, record) = us.change(&file).unwrap();
    /// file[at..][..512].copy_from_slice(&record);
    /// assert_eq!(Settings::of_file(&file), us);
    /// assert_eq!(Settings::of_file(b"something else"), Settings::default());
    /// ```
    pub fn of_file(file: &[u8]) -> Self {
        newest(file).map_or_else(Self::default, |(_, kept)| kept.settings)
    }

    /// Which record to write where (a multiple of [`RECORD`]) so that `file` says this;
    /// `None` if the file has no room for it or says it already.
    pub fn change(self, file: &[u8]) -> Option<(usize, [u8; RECORD])> {
        if file.len() != FILE_BYTES {
            return None;
        }
        let (at, serial) = match newest(file) {
            Some((_, kept)) if kept.settings == self => return None,
            Some((at, kept)) => (RECORD - at, kept.serial.wrapping_add(1)),
            None => (0, 0),
        };
        let record = Kept {
            serial,
            settings: self,
        }
        .record();
        Some((at, record))
    }
}

fn newest(file: &[u8]) -> Option<(usize, Kept)> {
    if file.len() != FILE_BYTES {
        return None;
    }
    let (halves, _) = file.as_chunks::<RECORD>();
    let kept = halves
        .iter()
        .enumerate()
        .filter_map(|(i, record)| Some((i * RECORD, Kept::parse(record)?)));
    // Serials run round: the newer one is ahead by less than half the circle.
    kept.reduce(|a, b| {
        if b.1.serial.wrapping_sub(a.1.serial).cast_signed() > 0 {
            b
        } else {
            a
        }
    })
}

impl Kept {
    fn lines(&self) -> String {
        let Settings {
            keyboard,
            language,
            scale,
            rotation,
            display,
        } = self.settings;
        format!(
            "{HEADING}\nserial {:010}\n{} {}\n{} {}\n{} {}\n{} {}\n{} {}\n",
            self.serial,
            Layout::KEY,
            keyboard.word(),
            Language::KEY,
            language.word(),
            Scale::KEY,
            scale.word(),
            Rotation::KEY,
            rotation.word(),
            Display::KEY,
            display.word(),
        )
    }

    fn record(&self) -> [u8; RECORD] {
        let lines = self.lines();
        let text = format!("{lines}check {:08x}\n", crc32(lines.as_bytes()));
        let mut record = [b' '; RECORD];
        // The longest words together take under 200 bytes.
        record[..text.len()].copy_from_slice(text.as_bytes());
        record[RECORD - 1] = b'\n';
        record
    }

    /// Strict: only what [`Kept::record`] writes, byte for byte.
    fn parse(record: &[u8; RECORD]) -> Option<Self> {
        let text = std::str::from_utf8(record).ok()?;
        let mut lines = text.lines();
        if lines.next()? != HEADING {
            return None;
        }
        let serial = lines.next()?.strip_prefix("serial ")?.parse().ok()?;
        let settings = Settings {
            keyboard: Word::read(lines.next())?,
            language: Word::read(lines.next())?,
            scale: Word::read(lines.next())?,
            rotation: Word::read(lines.next())?,
            display: Word::read(lines.next())?,
        };
        let kept = Self { serial, settings };
        (kept.record() == *record).then_some(kept)
    }
}

/// CRC-32 as in ISO 3309 and gzip, bit by bit: it runs over a few hundred bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn any_settings() -> impl Strategy<Value = Settings> {
        (
            proptest::sample::select(&Layout::ALL[..]),
            proptest::bool::ANY,
            proptest::sample::select(&Scale::ALL[..]),
            proptest::sample::select(&Rotation::ALL[..]),
            proptest::sample::select(&Display::ALL[..]),
        )
            .prop_map(|(keyboard, english, scale, rotation, display)| Settings {
                keyboard,
                language: if english {
                    Language::English
                } else {
                    Language::Japanese
                },
                scale,
                rotation,
                display,
            })
    }

    fn write(file: &mut [u8; FILE_BYTES], settings: Settings) {
        if let Some((at, record)) = settings.change(file) {
            file[at..at + RECORD].copy_from_slice(&record);
        }
    }

    #[test]
    fn the_check_is_the_common_crc() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_fresh_file_says_the_defaults_and_is_readable_text() {
        let file = Settings::fresh_file();
        assert_eq!(Settings::of_file(&file), Settings::default());
        assert!(std::str::from_utf8(&file).unwrap().starts_with(HEADING));
        assert!(newest(&file).is_some());
    }

    #[test]
    fn the_newer_record_counts_when_serials_run_round() {
        let us = Settings {
            keyboard: Layout::Us,
            ..Settings::default()
        };
        let kept = |serial, settings| Kept { serial, settings }.record();
        let file = [kept(0, us), kept(u32::MAX, Settings::default())].concat();
        assert_eq!(Settings::of_file(&file), us);
    }

    #[test]
    fn what_is_set_already_is_not_written_again() {
        let file = Settings::fresh_file();
        assert_eq!(Settings::default().change(&file), None);
    }

    #[test]
    fn a_file_of_another_size_takes_nothing() {
        let uk = Settings {
            keyboard: Layout::Uk,
            ..Settings::default()
        };
        for size in [0, 1, RECORD, FILE_BYTES - 1, FILE_BYTES + 1] {
            assert_eq!(uk.change(&vec![b' '; size]), None, "{size}");
        }
        assert!(uk.change(&[0; FILE_BYTES]).is_some());
    }

    proptest! {
        #[test]
        fn settings_survive_any_row_of_changes(all in prop::collection::vec(any_settings(), 1..8)) {
            let mut file = Settings::fresh_file();
            for settings in all {
                write(&mut file, settings);
                prop_assert_eq!(Settings::of_file(&file), settings);
            }
        }

        #[test]
        fn a_write_torn_anywhere_leaves_the_old_settings_or_the_new(
            first in any_settings(),
            second in any_settings(),
            torn in 0..=RECORD,
        ) {
            let mut file = Settings::fresh_file();
            write(&mut file, first);
            if let Some((at, record)) = second.change(&file) {
                file[at..at + torn].copy_from_slice(&record[..torn]);
            }
            let now = Settings::of_file(&file);
            prop_assert!(now == first || now == second);
        }

        #[test]
        fn one_changed_byte_is_no_record(
            settings in any_settings(),
            at in 0..RECORD,
            byte in any::<u8>(),
        ) {
            let mut record = Kept { serial: 7, settings }.record();
            prop_assume!(record[at] != byte);
            record[at] = byte;
            prop_assert_eq!(Kept::parse(&record), None);
        }
    }
}
